/** Counted words by the plural rules of a language (Unicode CLDR, through Intl.PluralRules). */

type Forms = { readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** For one language: the form that `count` takes, with the count before it. */
export function counted(locale: string): (count: number, forms: Forms) => string {
  const rules = new Intl.PluralRules(locale);
  const format = new Intl.NumberFormat(locale);
  return (count, forms) => `${format.format(count)} ${forms[rules.select(count)] ?? forms.other}`;
}
