/** The provider is off: what is left is the network at home, and what people carry. */
import type { Technique } from './technique.ts';

export const shutdown: Technique = {
  name: 'shutdown',
  what: 'the provider passes on nothing at all',
  sources: [
    'https://github.com/net4people/bbs/issues/516 (mobile networks switched off by region; 2025)',
    'https://github.com/net4people/bbs/issues/561 (a whole country, January 2026)',
  ],
  parameters: {},
  variants: {
    'lan-only': (rules) => {
      rules.up('drop');
      rules.down('drop');
    },
    unplugged: (rules) => rules.unplug(),
  },
};
