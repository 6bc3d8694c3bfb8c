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

  // An address as authors write it into a text: no scheme, no slash at the end, no %E4.
  function plain(address) {
    var bare = address.replace(/\s|^https?:\/\/|\/$/gi, '');
    try { return decodeURI(bare); } catch (error) { return bare; }
  }

  // The addresses of links are told behind them (site.css), but not where the text is the address.
  function markBareLinks() {
    document.querySelectorAll('.s-body a[href]').forEach(function (link) {
      if (plain(link.textContent) === plain(link.getAttribute('href'))) link.classList.add('s-bare');
    });
  }

  // A PDF leaves this folder: its links lead to the blog, or nowhere, but not to files of this disk.
  function leadToTheBlog() {
    document.querySelectorAll('main a[href]').forEach(function (link) {
      var address = link.getAttribute('href'), page = /^(\d+)\.html(#.*)?$/.exec(address);
      if (/^(?:#|[a-z][a-z0-9+.-]*:)/i.test(address)) return;
      changed.push([link, address]);
      // Places on pages of this folder have names of their own but for headings of the author.
      var place = (page && page[2] || '').replace(/^#s-(?!comment-\d).*/, '').replace(/^#s-/, '#');
      if (page) link.setAttribute('href', article.dataset.address.replace(/\d+(?=\D*$)/, page[1]) + place);
      else link.removeAttribute('href');
    });
  }

  function leadBack() {
    changed.forEach(function (one) { one[0].setAttribute('href', one[1]); });
    changed = [];
  }

  addEventListener('beforeprint', function () { leadBack(); measure(); leadToTheBlog(); markBareLinks(); });
  addEventListener('afterprint', leadBack);
  document.addEventListener('s-placed', measure);
})();
