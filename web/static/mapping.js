/* The mapping of a migration on both diagrams: arrows show it, two clicks change it. The lists above say the same without this script. */
(function () {
  'use strict';
  var frame = document.getElementById('mapping');
  if (!frame || !document.querySelector('#mapping-old svg') || !document.querySelector('#mapping-new svg')) { return; }
  var arrows = frame.querySelector('.mapping__arrows');
  var pairs = JSON.parse(frame.dataset.pairs);
  var sides = { old: document.getElementById('mapping-old'), new: document.getElementById('mapping-new') };
  var chosen = null;

  function choice(id) { return document.getElementById('map-' + id); }
  function shape(side, id) { return sides[side].querySelector('[data-element="' + CSS.escape(id) + '"]'); }
  function target(id) { return choice(id).value || (pairs[id] === id ? id : ''); }

  /* the middle of a shape on the frame, or nothing when it is scrolled out of its diagram */
  function middle(side, id) {
    var found = shape(side, id);
    if (!found) { return null; }
    var box = found.getBoundingClientRect(), view = sides[side].getBoundingClientRect(), base = frame.getBoundingClientRect();
    var x = box.left + box.width / 2, y = box.top + box.height / 2;
    if (x < view.left || x > view.right || y < view.top || y > view.bottom) { return null; }
    return { x: x - base.left, y: y - base.top };
  }

  function draw() {
    arrows.replaceChildren();
    arrows.setAttribute('viewBox', '0 0 ' + frame.clientWidth + ' ' + frame.clientHeight);
    Object.keys(pairs).forEach(function (id) {
      var from = middle('old', id), to = target(id) && middle('new', target(id));
      if (!from || !to) { return; }
      var line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      var bend = (to.y - from.y) / 2;
      line.setAttribute('d', 'M' + from.x + ' ' + from.y + ' C' + from.x + ' ' + (from.y + bend) + ' ' + to.x + ' ' + (to.y - bend) + ' ' + to.x + ' ' + to.y);
      line.setAttribute('class', 'mapping__arrow' + (id === chosen ? ' is-chosen' : ''));
      var head = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
      head.setAttribute('cx', to.x); head.setAttribute('cy', to.y); head.setAttribute('r', '5'); head.setAttribute('class', 'mapping__head');
      arrows.append(line, head);
    });
    Object.keys(pairs).forEach(function (id) {
      var one = shape('old', id);
      if (one) { one.classList.toggle('is-unmapped', !target(id)); one.classList.toggle('is-chosen', id === chosen); }
    });
  }

  function clicked(side, act) {
    sides[side].addEventListener('click', function (event) {
      var found = event.target.closest('[data-element]');
      if (found) { act(found.dataset.element); draw(); }
    });
    sides[side].addEventListener('scroll', draw);
  }
  clicked('old', function (id) { chosen = id in pairs ? id : null; });
  clicked('new', function (id) {
    if (!chosen) { return; }
    var list = choice(chosen);
    var wanted = pairs[chosen] === id && id === chosen ? '' : id;
    if (Array.prototype.some.call(list.options, function (one) { return one.value === wanted; })) { list.value = wanted; chosen = null; }
  });
  Object.keys(pairs).forEach(function (id) { choice(id).addEventListener('change', draw); });
  window.addEventListener('resize', draw);
  draw();
}());
