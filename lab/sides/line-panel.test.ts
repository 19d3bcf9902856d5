import { expect, test } from 'vitest';
import { COMPARED_WITH, HOSTS } from '../network/plan.ts';
import { giveaways } from './line-panel.ts';

const PATH = 'abcdefghijklmnopqrstuv';

test('a file that tells a host, an address or the path to the page gives these away, and sites that were named do not', () => {
  const url = `https://${HOSTS.bridge1.name}/${PATH}/`;
  for (const told of [HOSTS.server.name, HOSTS.bridge1.name, HOSTS.ann.address, PATH]) {
    expect(giveaways(`{"hostname":"${told}"}`, url)).toContain(told);
  }
  expect(giveaways(`{"hostname":"${COMPARED_WITH.home[0]}","ip":"127.0.0.1"}`, url)).toEqual([]);
});
