// What the three editors share: the page's data, talking to the server, saving with a version, the state line, leaving with unsaved work.

const root = document.getElementById('workbench');

/** What the server says about the draft and the file: {draft, path, version, writable, windows, forms, urls: {raw, save, check}, …}. */
export const page = JSON.parse(root.dataset.page);

/** The element with this id; every editor page has the same frame. */
export const at = (id) => document.getElementById(id);

let dirty = false;

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
  show('有未保存的修改', 'dirty');
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
  if (!answer.ok) throw new Error(`状态 ${answer.status}`);
  page.version = Number((answer.headers.get('ETag') || '').replace(/\D/g, ''));
  return answer.text();
}

/** Stores the text under the version it was opened with. True when stored; else the state line says why and nothing on the page is lost. */
export async function save(text) {
  show('正在保存……');
  let answer;
  try {
    answer = await ask(page.urls.save, {
      method: 'PUT',
      body: text,
      headers: { 'If-Match': `"${page.version}"`, 'Content-Type': 'application/octet-stream' },
    });
  } catch {
    show('没有连上服务器，内容仍在本页，请稍后再保存', 'bad');
    return false;
  }
  if (answer.ok) {
    page.version = (await answer.json()).version;
    dirty = false;
    show(`已保存（第 ${page.version} 版）`, 'good');
    return true;
  }
  if (answer.status === 412) conflict(await answer.json());
  else show(await sentence(answer), 'bad');
  return false;
}

async function sentence(answer) {
  if (answer.status === 401 || answer.type === 'opaqueredirect') return '登录已失效：请在新窗口登录后回到本页再保存，内容仍在本页';
  if ((answer.headers.get('Content-Type') || '').includes('json')) return (await answer.json()).message;
  return `没有保存（状态 ${answer.status}），内容仍在本页`;
}

/** Somebody else saved first: both texts are on the server now, the person decides. */
function conflict({ message, alternative }) {
  const box = at('conflict');
  at('conflict-words').textContent = message;
  at('conflict-open').href = alternative;
  dirty = false; // what was typed is kept on the server
  box.showModal();
  show('保存冲突：两个版本都已保留', 'bad');
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
  show(`无法打开：${error.message || error}`, 'bad');
}
