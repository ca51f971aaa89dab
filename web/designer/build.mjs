// Builds the browser side of the workshop into web/static/build/ (git-ignored), in Chinese, and into build/en/ in English. `make assets` runs it.
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { files, inChinese, inEnglish } from './src/words-built-in.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'static', 'build');

/** Replaces `from` by `to` and fails when `from` is no longer there: a library was changed and the replacement has to be looked at again. */
function replaced(source, from, to, file) {
  if (!source.includes(from)) throw new Error(`Expected ${JSON.stringify(from)} in ${file}, but it is not there`);
  return source.replaceAll(from, to);
}

/** `style="fill:none;stroke:red"` in a library's SVG or HTML text, as presentation attributes: the pages' CSP allows no inline style. */
function styleAsAttributes(source) {
  return source.replace(/(<(?:svg|g|path|line|rect|circle|polyline|polygon)\b[^<>]*?) style="([^"]*)"/g, (_, head, style) => {
    const attributes = style.split(';').filter(Boolean).map((part) => part.split(':').map((text) => text.trim()));
    return head + attributes.map(([name, value]) => ` ${name}="${value}"`).join('');
  });
}

/** What has to be different in the libraries so that they work under `style-src 'self'`, and in `translated` speak Chinese where they have no translation. */
const house = (translated) => ({
  name: 'house',
  setup(it) {
    // CodeMirror writes its rules into a <style> element, which the CSP forbids; a constructed sheet is allowed
    it.onLoad({ filter: /style-mod[/\\]src[/\\]style-mod\.js$/ }, async ({ path }) => ({
      contents: replaced(await readFile(path, 'utf8'), '!root.head && root.adoptedStyleSheets', 'root.adoptedStyleSheets', path),
    }));
    it.onLoad({ filter: /(DistributeElementsIcons|AlignElementsIcons)\.js$/ }, async ({ path }) => ({
      contents: styleAsAttributes(await readFile(path, 'utf8')),
    }));
    for (const file of files) {
      it.onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => ({
        contents: translated(styleAsAttributes(await readFile(path, 'utf8')), path),
      }));
    }
  },
});

await rm(out, { recursive: true, force: true });
for (const [language, folder, translated] of [['zh', out, inChinese], ['en', join(out, 'en'), inEnglish]]) {
  await build({
    absWorkingDir: here,
    entryPoints: { bpmn: 'src/bpmn.js', form: 'src/form.js', dmn: 'src/dmn.js', text: 'src/text.js' },
    outdir: folder,
    bundle: true,
    minify: true,
    sourcemap: false,
    format: 'iife',
    target: ['es2022', 'chrome100', 'firefox100', 'safari16'],
    charset: 'utf8',
    define: { LANGUAGE: JSON.stringify(language) },
    legalComments: 'linked',
    loader: { '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'empty', '.svg': 'dataurl' },
    assetNames: 'fonts/[name]',
    plugins: [house(translated)],
    logLevel: 'warning',
  });
}
