import { expect, test } from 'vitest';
import { systemResolver } from './system-resolver.ts';

test('two names are asked for at a time, each once for all who wait for it, and the next when one is answered', async () => {
  const asked: string[] = [];
  const answers = new Map<string, (addresses: readonly string[]) => void>();
  const resolve = systemResolver((host) => {
    asked.push(host);
    return new Promise((answer) => answers.set(host, answer));
  });
  const [one, again] = [resolve('a.example'), resolve('a.example')];
  resolve('b.example');
  const third = resolve('c.example');
  expect(asked).toEqual(['a.example', 'b.example']);
  answers.get('a.example')?.(['203.0.113.1']);
  expect(await Promise.all([one, again])).toEqual([['203.0.113.1'], ['203.0.113.1']]);
  await Promise.resolve();
  expect(asked).toEqual(['a.example', 'b.example', 'c.example']);
  answers.get('c.example')?.([]);
  expect(await third).toEqual([]);
});

test('a failure is told to who asked, and the name is asked for anew', async () => {
  let times = 0;
  const resolve = systemResolver(() => {
    times++;
    return Promise.reject(new Error('no such name'));
  });
  await expect(resolve('a.example')).rejects.toThrow('no such name');
  await expect(resolve('a.example')).rejects.toThrow('no such name');
  expect(times).toBe(2);
});
