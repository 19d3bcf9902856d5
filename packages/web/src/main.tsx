/** Starts the page. */
import { render } from 'solid-js/web';

const root = document.querySelector('#app');
if (root) render(() => <h1>Polynya</h1>, root);
