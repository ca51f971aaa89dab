// Saves the drawing on the page as PNG: the browser paints the SVG, at twice its size, and nothing leaves it.
'use strict';
(() => {
  const button = document.querySelector('[data-save-png]');
  const drawing = document.querySelector('.diagram svg');
  if (!button || !drawing) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const text = new XMLSerializer().serializeToString(drawing);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement('canvas');
      const scale = Math.min(2, 8000 / Math.max(image.width, image.height, 1));
      canvas.width = Math.ceil(image.width * scale);
      canvas.height = Math.ceil(image.height * scale);
      const paper = canvas.getContext('2d');
      paper.fillStyle = '#ffffff';
      paper.fillRect(0, 0, canvas.width, canvas.height);
      paper.drawImage(image, 0, 0, canvas.width, canvas.height);
      const link = document.createElement('a');
      link.download = `${button.dataset.savePng}.png`;
      link.href = canvas.toDataURL('image/png');
      link.click();
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  });
})();
