// How drawn formulas stand in the text: their spaces and marks, and boxes for those that are wide.
// It is loaded behind formulas.js, to whose settings it adds a step, and before MathJax.
(function () {
  'use strict';
  // Letters beside which Chinese is set with a little space, as beside Latin words (site.css), and
  // marks that begin no line or end none: a browser breaks a line beside any formula.
  var IDEOGRAPH_BEFORE = /\p{Script=Han}$/u, IDEOGRAPH_AFTER = /^\p{Script=Han}/u;
  var OPENING = /[（《〈「『【〔［“‘(\[]+$/, CLOSING = /^[，。、；：！？）》〉」』】〕］”’…,.;:!?)\]%]+/;
  // In widths of an em of the formula: a shorter one fits into a line of any page and any paper.
  var NARROW = 10;
  // Formulas in lines that may be too wide for them: [formula, its width in em].
  var candidates = [];

  function isAlone(formula) { return formula.getAttribute('display') === 'true'; }
  function isText(node) { return node && node.nodeType === Node.TEXT_NODE; }

  // In a line: a space to its neighbours, and no break between it and the marks that belong to it.
  function setInLine(formula) {
    var before = formula.previousSibling, after = formula.nextSibling;
    if (isText(before) && IDEOGRAPH_BEFORE.test(before.data)) formula.classList.add('s-after-han');
    if (isText(after) && IDEOGRAPH_AFTER.test(after.data)) formula.classList.add('s-before-han');
    var opening = isText(before) ? (OPENING.exec(before.data) || [''])[0] : '';
    var closing = isText(after) ? (CLOSING.exec(after.data) || [''])[0] : '';
    if (!opening && !closing) return;
    var unbroken = document.createElement('span');
    unbroken.className = 's-unbroken';
    formula.replaceWith(unbroken);
    unbroken.append(opening, formula, closing);
    if (opening) before.data = before.data.slice(0, -opening.length);
    if (closing) after.data = after.data.slice(closing.length);
  }

  // On lines of its own: the line break that the author wrote behind it would be an empty line.
  function setAlone(formula) {
    var after = formula.nextSibling;
    while (isText(after) && !after.data.trim()) after = after.nextSibling;
    if (after && after.nodeName === 'BR') after.hidden = true;
  }

  // A reference leads somewhere, so it is shown to all as it is, with its number as its name.
  function nameReferences(formula) {
    formula.querySelectorAll('a[href]').forEach(function (link) {
      var spoken = formula.querySelector('mjx-assistive-mml'), drawn = link.closest('mjx-math');
      if (spoken) {
        formula.dataset.text = spoken.textContent.trim();
        spoken.remove();
      }
      if (drawn) drawn.removeAttribute('aria-hidden');
      link.setAttribute('aria-label', formula.dataset.text || link.getAttribute('href'));
    });
  }

  // The width of a formula in its own em. One with a number says how wide it must be for both.
  function widthOf(formula) {
    var needed = parseFloat(formula.style.minWidth);
    return needed || formula.firstElementChild.offsetWidth / parseFloat(getComputedStyle(formula).fontSize);
  }

  function lineWidth(formula) {
    var block = formula.parentElement;
    while (block && getComputedStyle(block).display.indexOf('inline') === 0) block = block.parentElement;
    return block ? block.clientWidth : 0;
  }

  // A formula in a line that is too wide for it moves in a box of its own.
  function fit(some) {
    var isWide = some.map(function (one) {
      return one[1] * parseFloat(getComputedStyle(one[0]).fontSize) > lineWidth(one[0]) + 1;
    });
    some.forEach(function (one, place) { one[0].classList.toggle('s-wide-formula', isWide[place]); });
    letMove(some.map(function (one) { return one[0]; }));
  }

  // What moves in its box can be moved with the keys too.
  function letMove(formulas) {
    var isWide = formulas.map(function (one) { return one.scrollWidth > one.clientWidth + 1 && one.clientWidth; });
    formulas.forEach(function (one, place) {
      if (isWide[place]) one.tabIndex = 0; else one.removeAttribute('tabindex');
    });
  }

  // Notes how wide some formulas are, and lets them move. All widths are read before anything is
  // changed, since each change lays out the page.
  function measure(formulas) {
    var widths = formulas.map(widthOf);
    var wide = formulas.map(function (one, place) { return [one, widths[place]]; }).filter(function (one) {
      return one[1] > NARROW;
    });
    wide.forEach(function (one) { one[0].style.setProperty('--s-width', one[1].toFixed(2)); }); // for paper (site.css)
    var inLines = wide.filter(function (one) { return !isAlone(one[0]); });
    candidates = candidates.concat(inLines);
    fit(inLines);
    letMove(formulas.filter(isAlone));
  }

  // Called by MathJax when formulas have been put into the page: all at once, or those that are seen.
  function placeNew() {
    var drawn = Array.from(document.querySelectorAll('mjx-container:not([data-placed])')).filter(function (one) {
      return one.firstElementChild && one.firstElementChild.localName !== 'mjx-lazy';
    });
    drawn.forEach(function (formula) {
      formula.dataset.placed = '';
      if (isAlone(formula)) setAlone(formula); else setInLine(formula);
      nameReferences(formula);
    });
    measure(drawn);
    document.dispatchEvent(new Event('s-placed'));
  }

  // What was hidden until now had no width.
  document.addEventListener('toggle', function (event) {
    measure(Array.from(event.target.querySelectorAll('mjx-container[data-placed]')));
  }, true);
  var waiting = 0;
  addEventListener('resize', function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { fit(candidates); }, 200);
  });

  // Right behind MathJax's own 200, which puts formulas into the page.
  window.MathJax.options.renderActions = {place: [201, placeNew, '', false]};
})();
