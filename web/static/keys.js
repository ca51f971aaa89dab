/* Optional comfort for the keyboard; every page works without it. */
(function () {
  'use strict';
  var rows = Array.prototype.slice.call(document.querySelectorAll('[data-row]'));
  var here = -1;

  function move(step) {
    if (!rows.length) { return; }
    if (here >= 0) { rows[here].classList.remove('is-here'); }
    here = Math.max(0, Math.min(rows.length - 1, here + step));
    rows[here].classList.add('is-here');
    rows[here].scrollIntoView({ block: 'nearest' });
    var link = rows[here].querySelector('a');
    if (link) { link.focus({ preventScroll: true }); }
  }
  function press(selector) { var button = document.querySelector(selector); if (button) { button.click(); } }
  function inRow(selector) {
    var found = here >= 0 && rows[here].querySelector(selector);
    if (found) { found.click(); } else { press('main ' + selector + '[data-page]'); } /* data-page: the page is about one task */
  }
  function help() {
    var dialog = document.getElementById('keys');
    if (!dialog || !dialog.showModal) { return; }
    if (dialog.open) { dialog.close(); } else { dialog.showModal(); }
  }
  var actions = {
    j: function () { move(1); }, k: function () { move(-1); },
    c: function () { inRow('[data-key="claim"]'); }, n: function () { press('[data-key="next"]'); }, r: function () { press('[data-key="again"]'); },
    '/': function () { var box = document.querySelector('input[type="search"]'); if (box) { box.focus(); box.select(); } },
    '?': help
  };

  /* the help lists what works on this page, and nothing else works */
  var present = {
    j: rows.length, k: rows.length, Enter: rows.length, '?': true,
    c: document.querySelector('[data-row] [data-key="claim"], main [data-key="claim"][data-page]'),
    n: document.querySelector('[data-key="next"]'), r: document.querySelector('[data-key="again"]'),
    '/': document.querySelector('input[type="search"]')
  };
  var offered = {};
  document.querySelectorAll('#keys tr[data-keys]').forEach(function (line) {
    line.dataset.keys.split(' ').forEach(function (key) { offered[key] = Boolean(present[key]); });
    line.hidden = !line.dataset.keys.split(' ').some(function (key) { return offered[key]; });
  });

  document.addEventListener('keydown', function (event) {
    var on = event.target;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) { return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(on.tagName) || on.isContentEditable) { if (event.key === 'Escape') { on.blur(); } return; }
    if (event.key === 'Enter' && here >= 0 && (on === document.body || on === rows[here])) {
      var link = rows[here].querySelector('a');
      if (link) { link.click(); }
      return;
    }
    var action = offered[event.key] && actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });

  /* a form whose answers show or hide fields follows while it is filled, without leaving the page */
  document.addEventListener('change', function (event) {
    var form = event.target.form;
    var fields = form && form.querySelector('.f-form');
    if (!fields || !fields.querySelector('.f-refresh') || !fields.contains(event.target) || event.target.type === 'file' || !window.fetch) { return; }
    var sent = new FormData(form);
    sent.append('f-action', 'refresh');
    var name = event.target.name, value = event.target.value, turn = String(Date.now());
    form.dataset.turn = turn;
    window.fetch(form.getAttribute('action'), { method: 'POST', body: sent, credentials: 'same-origin' }).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.text();
    }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, 'text/html').querySelector('form[action="' + form.getAttribute('action') + '"] .f-form');
      var active = document.activeElement;
      var typing = fields.contains(active) && active.name !== name && /^(TEXTAREA|INPUT)$/.test(active.tagName) && !/^(radio|checkbox)$/.test(active.type);
      if (!fresh || typing || form.dataset.turn !== turn) { return; }
      fields.replaceWith(document.importNode(fresh, true));
      form.querySelectorAll('[name="' + name + '"]').forEach(function (field) {
        if (!/^(radio|checkbox)$/.test(field.type) || field.value === value) { field.focus(); }
      });
    }).catch(function () { document.documentElement.classList.remove('has-script'); /* the button 更新表单 is there again */ });
  });

  /* a button that was pressed once is not pressed twice; the server refuses a double submit anyway */
  document.addEventListener('submit', function (event) {
    var form = event.target;
    if ((form.getAttribute('method') || '').toLowerCase() !== 'post' || event.defaultPrevented) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });
  window.addEventListener('pageshow', function () {
    document.querySelectorAll('form[data-sent]').forEach(function (form) { delete form.dataset.sent; });
  });
  /* one press ticks every material on the page; without a script the button asks the server */
  document.querySelectorAll('[data-all]').forEach(function (button) {
    button.addEventListener('click', function (event) {
      event.preventDefault();
      document.querySelectorAll(button.dataset.all).forEach(function (box) { box.checked = true; });
    });
  });
  /* what a script does by itself needs no button */
  document.documentElement.classList.add('has-script');
  document.querySelectorAll('.diagram--full svg').forEach(function (picture) {
    var box = picture.parentNode, whole = picture.viewBox.baseVal.width, scale = 1;
    function show(wanted) {
      scale = Math.min(5, Math.max(.3, wanted));
      picture.style.width = Math.round(whole * scale) + 'px';
      var token = picture.querySelector('.here');
      if (!token) { return; }
      var at = token.getBoundingClientRect(), frame = box.getBoundingClientRect();
      box.scrollLeft += at.left - frame.left - (frame.width - at.width) / 2;
      box.scrollTop += at.top - frame.top - (frame.height - at.height) / 2;
    }
    show(1);
    box.parentNode.querySelectorAll('[data-zoom]').forEach(function (button) {
      button.hidden = false;
      button.addEventListener('click', function () {
        show(button.dataset.zoom === 'fit' ? (box.clientWidth - 16) / whole : scale * Number(button.dataset.zoom));
      });
    });
  });
  function reachable() { /* what scrolls is reached by the keyboard, what does not is no stop on the way */
    document.querySelectorAll('.table-wrap').forEach(function (wrap) {
      if (wrap.scrollWidth > wrap.clientWidth) { wrap.tabIndex = 0; } else { wrap.removeAttribute('tabindex'); }
    });
  }
  reachable();
  window.addEventListener('resize', reachable);
  document.querySelectorAll('[data-print]').forEach(function (button) {
    button.hidden = false;
    button.addEventListener('click', function () { window.print(); });
  });
  document.querySelectorAll('select[data-submit]').forEach(function (select) {
    select.addEventListener('change', function () { select.form.submit(); });
  });
}());
