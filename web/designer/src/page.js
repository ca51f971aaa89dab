// What the three editors share: the page's data, talking to the server, saving with a version, the state line, leaving with unsaved work.

import { word } from './words.js';

const root = document.getElementById('workbench');

/** What the server says about the draft and the file: {draft, path, version, writable, windows, forms, urls: {raw, save, check}, …}. */
export const page = JSON.parse(root.dataset.page);

/** The element with this id; every editor page has the same frame. */
export const at = (id) => document.getElementById(id);

let dirty = false;
let edits = 0;
let autosave = () => {};

/** How long after the first unsaved change the file is saved by itself, in milliseconds: each save puts the text of before aside. */
const AUTOSAVE = 60_000;

function show(words, mood = '') {
  const line = at('state');
  line.textContent = words;
  line.dataset.mood = mood;
}

export function say(words, mood) {
  show(words, mood);
}

/** The drawing differs from what is stored. */
export function touched() {
  dirty = true;
  edits += 1;
  show(word('有未保存的修改', 'Changes not saved'), 'dirty');
  autosave();
}

export const isDirty = () => dirty;

/** A request to our own server with the forgery token; never throws for a status, only when there is no answer. */
export function ask(url, options = {}) {
  return fetch(url, {
    credentials: 'same-origin',
    redirect: 'manual',
    ...options,
    headers: { 'X-CSRFToken': page.token, Accept: 'application/json', ...options.headers },
  });
}

/** The stored text of this file; its version goes into the next save. */
export async function load() {
  const answer = await ask(page.urls.raw);
  if (!answer.ok) throw new Error(word('状态 {n}', 'status {n}', { n: answer.status }));
  page.version = Number((answer.headers.get('ETag') || '').replace(/\D/g, ''));
  return answer.text();
}

/** Stores the text under the version it was opened with. True when stored; else the state line says why and nothing on the page is lost. */
export async function save(text) {
  const saved = edits;
  show(word('正在保存……', 'Saving …'));
  let answer;
  try {
    answer = await ask(page.urls.save, {
      method: 'PUT',
      body: text,
      headers: { 'If-Match': `"${page.version}"`, 'Content-Type': 'application/octet-stream' },
    });
  } catch {
    show(word('没有连上服务器，内容仍在本页，请稍后再保存', 'The server cannot be reached. Your work is still on this page: save again later'), 'bad');
    return false;
  }
  if (answer.ok) {
    page.version = (await answer.json()).version;
    if (saved === edits) {
      dirty = false;
      show(word('已保存（第 {n} 版）', 'Saved (version {n})', { n: page.version }), 'good');
    } else touched(); // something was changed while it was saved
    return true;
  }
  if (answer.status === 412) conflict(await answer.json());
  else show(await sentence(answer), 'bad');
  return false;
}

async function sentence(answer) {
  if (answer.status === 401 || answer.type === 'opaqueredirect') return word('登录已失效：请在新窗口登录后回到本页再保存，内容仍在本页', 'You are signed out: sign in in another window, come back and save. Your work is still on this page');
  if ((answer.headers.get('Content-Type') || '').includes('json')) return (await answer.json()).message;
  return word('没有保存（状态 {n}），内容仍在本页', 'Not saved (status {n}). Your work is still on this page', { n: answer.status });
}

/** Somebody else saved first: both texts are on the server now, the person decides. */
function conflict({ message, alternative }) {
  const box = at('conflict');
  at('conflict-words').textContent = message;
  at('conflict-open').href = alternative;
  dirty = false; // what was typed is kept on the server
  box.showModal();
  show(word('保存冲突：两个版本都已保留', 'Somebody else saved first: both texts are kept'), 'bad');
}

/** Connects the save button, Ctrl+S and the question before leaving. `text` gives the text to store. */
export function savable(text) {
  const store = async () => save(await text());
  const button = at('save');
  button.addEventListener('click', store);
  document.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      if (page.writable) store();
    }
  });
  window.addEventListener('beforeunload', (event) => {
    if (dirty) event.preventDefault();
  });
  button.hidden = !page.writable;
  if (!page.writable) return;
  let waiting = false;
  autosave = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      if (dirty && !at('conflict').open) store();
    }, AUTOSAVE);
  };
}

/** Calls `work` when nothing has happened for a while. */
export function later(work, milliseconds = 700) {
  let waiting;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(work, milliseconds);
  };
}

export function failed(error) {
  show(word('无法打开：{why}', 'Cannot be opened: {why}', { why: error.message || error }), 'bad');
}

/** What the state line says of a file that was just opened. */
export const opened = () => (page.writable ? word('第 {n} 版', 'Version {n}', { n: page.version }) : word('只读', 'Read only'));

/** Asks the server about the draft with what is not saved yet; its JSON answer, or an Error with its sentence. */
export async function question(url, body) {
  const answer = await ask(url, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
  if (!answer.ok) throw new Error(await sentence(answer));
  return answer.json();
}
