// The file menu of the editor's bar: choosing another file opens it.
import { at } from './page.js';

at('file-menu').addEventListener('change', (event) => {
  window.location.assign(event.target.value);
});
