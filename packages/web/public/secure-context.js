// Over plain http beyond localhost a browser gives no page what sealing needs (W3C Secure Contexts).
// This says so, in words alone, before anything else could fail.
if (!globalThis.isSecureContext) {
  const russian = /^ru/i.test(navigator.language);
  const app = document.querySelector('#app');
  document.documentElement.lang = russian ? 'ru' : 'en';
  app.setAttribute('role', 'main');
  // The page's own styles come with what cannot work here.
  app.style.cssText =
    'max-width: 30rem; margin: 0 auto; padding: 12vh 24px; font: 1rem/1.5 system-ui';
  const title = document.createElement('h1');
  const text = document.createElement('p');
  title.textContent = russian ? 'Нужно защищённое соединение' : 'A secure connection is needed';
  text.textContent = russian
    ? 'Эта страница открыта по http. Браузер не даёт ей средств шифрования, поэтому Полынья здесь не работает. Откройте её по https, а если сервер ваш, запустите его так: npm start -- --tls CERT KEY. На самом компьютере с сервером подойдёт http://127.0.0.1.'
    : 'This page was opened over http. A browser gives such a page nothing to encrypt with, so Polynya cannot work here. Open it over https; if the server is yours, start it with: npm start -- --tls CERT KEY. On the server’s own computer http://127.0.0.1 will do.';
  app.append(title, text);
}
