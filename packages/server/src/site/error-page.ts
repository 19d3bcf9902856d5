/** What nginx says when it has no page: its words and markup, which most of the web shows. */

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  206: 'Partial Content',
  301: 'Moved Permanently',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Not Allowed',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Large',
  416: 'Requested Range Not Satisfiable',
  501: 'Not Implemented',
  505: 'HTTP Version Not Supported',
};

/** Of a status line. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? '';
}

/** A head that is larger than its buffers, and plain HTTP where TLS is spoken, are 400 with titles of their own. */
const SPECIAL = {
  'too-large': ['400 Request Header Or Cookie Too Large', 'Request Header Or Cookie Too Large'],
  'no-tls': [
    '400 The plain HTTP request was sent to HTTPS port',
    'The plain HTTP request was sent to HTTPS port',
  ],
} as const;

export type Special = keyof typeof SPECIAL;

/** Against browsers that show a page of their own in place of a short one. */
const PADDING = '<!-- a padding to disable MSIE and Chrome friendly error page -->\r\n'.repeat(6);

/** @param agent the request's user-agent */
export function errorPage(status: number, agent = '', special?: Special): Buffer {
  const plain = `${status} ${reasonOf(status)}`;
  const [title, text] = special ? SPECIAL[special] : [plain, ''];
  const heading = special ? '400 Bad Request' : plain;
  const padded = status >= 400 && /MSIE |^(?!.*Gecko\/).*Chrome\//.test(agent);
  return Buffer.from(
    [
      '<html>',
      `<head><title>${title}</title></head>`,
      '<body>',
      `<center><h1>${heading}</h1></center>`,
      ...(text ? [`<center>${text}</center>`] : []),
      '<hr><center>nginx</center>',
      '</body>',
      '</html>',
      padded ? PADDING : '',
    ].join('\r\n'),
  );
}
