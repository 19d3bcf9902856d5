import { describe, expect, test } from 'vitest';
import { ArgumentError, readArguments } from './arguments.ts';
import { scenarios } from './scenarios.ts';

describe('the command line', () => {
  test('means the whole board when nothing is named', () => {
    expect(readArguments([]).scenarios).toEqual(scenarios);
  });

  test('names scenarios and variants, in two ways', () => {
    const names = (args: string[]) => readArguments(args).scenarios.map(({ variant }) => variant);
    expect(names(['name-filter/reset', '--scenario', 'severed'])).toEqual([
      'reset',
      'same-country',
      'same-country-chromium',
      'cross-border',
      'cross-border-chromium',
    ]);
    const curtains = scenarios.filter(({ name }) => name === 'curtain');
    expect(names(['curtain'])).toEqual(curtains.map(({ variant }) => variant));
  });

  test('switches bridges off that there are', () => {
    expect(readArguments(['--dead', 'bridge2', '--dead', 'bridge4']).dead).toEqual([
      'bridge2',
      'bridge4',
    ]);
    expect(() => readArguments(['--dead', 'server'])).toThrow(ArgumentError);
  });

  test('says what makes the same board anew, wherever it is put', () => {
    const given = ['severed', '--set', 'curtain.packets=30', '--out', 'docs', '--dead', 'bridge2'];
    expect(readArguments([...given, '--side', 'polynya', '--bound', '9']).command).toBe(
      'npm run lab -- severed --side polynya --set curtain.packets=30 --dead bridge2 --bound 9 --seed 1',
    );
    expect(readArguments(['--seed', '7']).command).toBe('npm run lab -- --seed 7');
  });

  test('sets parameters that a technique has', () => {
    const { settings } = readArguments(['--set', 'curtain.packets=30', '--set', 'curtain.bytes=9']);
    expect(settings.get('curtain')).toEqual(
      new Map([
        ['packets', 30],
        ['bytes', 9],
      ]),
    );
  });

  test.each([
    [['snow']],
    [['--set', 'snow.depth=3']],
    [['--set', 'curtain.depth=3']],
    [['--set', 'curtain.packets=many']],
    [['--side', 'left']],
    [['--seed', 'x']],
    [['--bound', '0']],
    [['--lanes', '0']],
    [['--frost']],
  ])('refuses %j with a sentence', (args) => {
    expect(() => readArguments(args)).toThrow(ArgumentError);
  });
});
