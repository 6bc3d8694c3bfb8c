// What paper needs to know of a page. It is told before each printing, also to a PDF.
(function () {
  'use strict';
  var article = document.querySelector('article[data-address]'), changed = [];

  // A page that is opened with ?paper=A5 is printed on such paper by a program that does not ask.
  var paper = new URLSearchParams(location.search).get('paper') || '';
  if (/^(?:A[345]|B[45]|letter|legal)$/i.test(paper)) {
    document.head.appendChild(document.createElement('style')).textContent = '@page { size: ' + paper + '; }';
  }

  // How wide a box of a table must be, in its own em: site.css makes the letters that much smaller.
  function measure() {
    var boxes = Array.from(document.querySelectorAll('.s-wide'));
    var widths = boxes.map(function (box) {
      box.style.removeProperty('--s-width');
      return box.scrollWidth > box.clientWidth + 1 && box.scrollWidth / parseFloat(getComputedStyle(box).fontSize);
    });
    boxes.forEach(function (box, place) {
      if (widths[place]) box.style.setProperty('--s-width', widths[place].toFixed(2));
    });
  }

  // A PDF leaves this folder: its links lead to the blog, or nowhere, but not to files of this disk.
  function leadToTheBlog() {
    document.querySelectorAll('main a[href]').forEach(function (link) {
      var address = link.getAttribute('href'), page = /^(\d+)\.html(#.*)?$/.exec(address);
      if (/^(?:#|[a-z][a-z0-9+.-]*:)/i.test(address)) return;
      changed.push([link, address]);
      if (page) link.setAttribute('href', article.dataset.address.replace(/\d+(?=\D*$)/, page[1]) + (page[2] || ''));
      else link.removeAttribute('href');
    });
  }

  function leadBack() {
    changed.forEach(function (one) { one[0].setAttribute('href', one[1]); });
    changed = [];
  }

  addEventListener('beforeprint', function () { leadBack(); measure(); leadToTheBlog(); });
  addEventListener('afterprint', leadBack);
  document.addEventListener('s-placed', measure);
})();
