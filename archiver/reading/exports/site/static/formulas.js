// MathJax as the blog has it: the same delimiters, equations numbered over the whole page. Its Safe
// extension lets no formula run a script; what a formula may load lies in this folder.
(function () {
'use strict';
// What an author may ask for with \require. One that is not there would keep all others from being
// drawn, and no other can be asked for: a formula loads nothing but these.
var extensions = {};
('action ams amscd bbox boldsymbol braket bussproofs cancel cases centernot color colortbl colorv2 ' +
  'empheq enclose extpfeil gensymb html mathtools mhchem newcommand noerrors noundefined physics ' +
  'textcomp textmacros unicode upgreek verb').split(' ').forEach(function (name) {
  extensions[name] = true;
});
function isWeb(address) {
  try {
    return /^(?:https?|mailto):$/.test(new URL(address, 'https://kexue.fm/').protocol);
  } catch (error) { return false; }
}
window.MathJax = {
  // Of thousands of formulas only those are drawn that are seen.
  loader: {load: ['[tex]/amscd', 'ui/safe'].concat(document.body.dataset.formulas > 1500 ? 'ui/lazy' : [])},
  tex: {
    inlineMath: [['$', '$'], ['\\(', '\\)']],
    processEscapes: true,
    tags: 'ams',
    packages: {'[+]': ['amscd']},
    require: {allow: extensions, defaultAllow: false}
  },
  options: {
    enableMenu: false,
    ignoreHtmlClass: 'tex2jax_ignore',
    processHtmlClass: 'tex2jax_process'
  },
  startup: {
    ready: function () {
      'use strict';
      MathJax.startup.defaultReady();
      // The names of MathJax 2, some of them for what is loaded already.
      MathJax.startup.input[0].preFilters.add(function (data) {
        data.math.math = data.math.math.replace(/\\require\s*\{([A-Za-z]+)\}/g, function (all, name) {
          name = name.toLowerCase();
          return /^ams(?:cd|math|symbols)$/.test(name) ? '' : '\\require{' + name + '}';
        });
      });
      // What the Safe extension lets pass: a scheme with a tab in it, which browsers pass over, and
      // in the name of a font other styles, which MathJax writes as they are.
      MathJax.startup.input[0].postFilters.add(function (found) {
        found.data.root.walkTree(function (node) {
          var given = node.attributes ? node.attributes.getAllAttributes() : {};
          if (given.href && !isWeb(given.href)) delete given.href;
          ['fontfamily', 'fontweight', 'fontstyle'].forEach(function (name) {
            if (/[^-\w\s,.'"]/.test(given[name] || '')) delete given[name];
          });
        });
      });
    },
    pageReady: function () {
      'use strict';
      // The text is seen first, also where there are thousands of formulas.
      return new Promise(function (done) { setTimeout(done, 20); }).then(function () {
        return MathJax.startup.defaultPageReady();
      }).then(function () {
        // One with a number is as wide as it must be for both: it moves in a box of its own.
        document.querySelectorAll('mjx-container[width="full"]').forEach(function (formula) {
          var box = document.createElement('span');
          box.className = 's-wide-formula';
          formula.replaceWith(box);
          box.appendChild(formula);
        });
        document.documentElement.classList.add('s-drawn');
        // A reference leads somewhere, so it is shown to all as it is, with its number as its name.
        document.querySelectorAll('mjx-container a[href]').forEach(function (link) {
          var formula = link.closest('mjx-container');
          var spoken = formula.querySelector('mjx-assistive-mml'), drawn = link.closest('mjx-math');
          if (spoken) {
            formula.dataset.text = spoken.textContent.trim();
            spoken.remove();
          }
          if (drawn) drawn.removeAttribute('aria-hidden');
          link.setAttribute('aria-label', formula.dataset.text || link.getAttribute('href'));
        });
        document.querySelectorAll('mjx-container:not([display])').forEach(function (formula) {
          var block = formula.parentElement;
          while (block && getComputedStyle(block).display.indexOf('inline') === 0) {
            block = block.parentElement;
          }
          if (block && formula.offsetWidth > block.clientWidth + 1) formula.classList.add('s-wide-formula');
        });
        document.dispatchEvent(new Event('s-drawn'));
      });
    }
  }
};
})();
