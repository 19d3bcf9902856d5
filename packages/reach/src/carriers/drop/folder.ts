/** A folder that both ends can write to, as a cloud's is by WebDAV (RFC 4918). */

/** Of all names in a folder, in bytes. */
const LONGEST_LIST = 4_194_304;

export interface Folder {
  /** The names of all files in it. Rejects if it cannot be reached. */
  list(signal: AbortSignal): Promise<string[]>;
  /** What is in a file; null if there is none, or more than `most` bytes. */
  get(name: string, most: number, signal: AbortSignal): Promise<Uint8Array | null>;
  put(name: string, content: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Deletes it, if it is there. */
  drop(name: string, signal: AbortSignal): Promise<void>;
}

/** @param url of the folder, with the name and password of who may write there */
export function webdavFolder(url: string): Folder {
  const at = new URL(url);
  const said = `${decodeURIComponent(at.username)}:${decodeURIComponent(at.password)}`;
  const headers = at.username ? { authorization: `Basic ${btoa(said)}` } : {};
  [at.username, at.password] = ['', ''];
  const base = at.href.replace(/\/*$/, '/');
  const ask = (name: string, init: RequestInit) =>
    fetch(base + name, {
      ...init,
      headers: { ...headers, ...init.headers },
      cache: 'no-store',
      redirect: 'error',
    });
  return {
    list: async (signal) => {
      const response = await ask('', { method: 'PROPFIND', headers: { depth: '1' }, signal });
      if (response.status !== 207) throw new Error(`the folder answers ${response.status}`);
      const listed = await bytesOf(response, LONGEST_LIST);
      if (!listed) throw new Error('the list of the folder is too long');
      const hrefs = String(listed).matchAll(/<(?:\w+:)?href>([^<]*)</gi);
      const names = [...hrefs].map(([, href = '']) => href.slice(href.lastIndexOf('/') + 1));
      return names.filter((name) => /^[\w.-]+$/.test(name));
    },
    get: async (name, most, signal) => {
      const response = await ask(name, { signal });
      const length = Number(response.headers.get('content-length') ?? 0);
      if (response.status === 200 && length <= most) return bytesOf(response, most);
      await response.body?.cancel();
      if (response.status === 200 || response.status === 404) return null;
      throw new Error(`the folder answers ${response.status}`);
    },
    put: async (name, content, signal) => {
      const body = new Uint8Array(content);
      const { ok, status } = await discarded(ask(name, { method: 'PUT', body, signal }));
      if (!ok) throw new Error(`the folder answers ${status}`);
    },
    drop: async (name, signal) => {
      await discarded(ask(name, { method: 'DELETE', signal }));
    },
  };
}

/** Null for more than `most`, whatever was said of the length. */
async function bytesOf(response: Response, most: number): Promise<Buffer | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > most) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function discarded(asked: Promise<Response>): Promise<Response> {
  const response = await asked;
  await response.body?.cancel();
  return response;
}
