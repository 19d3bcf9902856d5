/** passive-client-welcome.json: joining, with and without path secrets, pre-shared keys and the tree inside. */
import { followVectors } from './passive-client.ts';

followVectors('passive-client-welcome.json');
