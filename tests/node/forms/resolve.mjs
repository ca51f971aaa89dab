// form-js is built for bundlers and imports `lodash/isEqual` and the like without a suffix; node wants it.
export async function resolve(specifier, context, next) {
  return next(/^(lodash|flatpickr)\/.*[^s]$/.test(specifier) && !specifier.endsWith('.js') ? `${specifier}.js` : specifier, context);
}
