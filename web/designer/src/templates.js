// The chooser behind the panel's "select template" button: a plain dialog with the hall's templates that fit the element.
import { word } from './words.js';

class TemplateChooser {
  constructor(eventBus, elementTemplates) {
    eventBus.on('elementTemplates.errors', ({ errors }) => errors.forEach((error) => console.error(error.message)));
    eventBus.on('elementTemplates.select', ({ element }) => {
      const found = elementTemplates.getLatest(element);
      ask(found, (template) => elementTemplates.applyTemplate(element, template));
    });
  }
}
TemplateChooser.$inject = ['eventBus', 'elementTemplates'];

export default { __init__: ['yizhanTemplateChooser'], yizhanTemplateChooser: ['type', TemplateChooser] };

function ask(templates, choose) {
  const box = document.getElementById('templates');
  const rows = templates.map((template) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'template-choice';
    const name = document.createElement('b');
    name.textContent = template.name;
    const about = document.createElement('span');
    about.textContent = template.description || '';
    button.append(name, about);
    button.addEventListener('click', () => {
      box.close();
      choose(template);
    });
    return button;
  });
  const empty = document.createElement('p');
  empty.textContent = word('没有适用于此元素的模板。', 'No template fits this element.');
  document.getElementById('template-choices').replaceChildren(...(rows.length ? rows : [empty]));
  box.showModal();
}
