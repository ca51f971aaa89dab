// Each language has its own build (build.mjs sets LANGUAGE); the other one's words are not in it.

/** The sentence in the language of this build; `{name}` is replaced by what `facts` says. */
export function word(zh, en, facts = {}) {
  return (LANGUAGE === 'en' ? en : zh).replace(/{(\w+)}/g, (whole, name) => facts[name] ?? whole);
}

export const ENGLISH = LANGUAGE === 'en';
