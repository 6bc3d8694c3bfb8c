// MathJax as the blog has it: the same delimiters, equations numbered over the whole page. Its Safe
// extension lets no formula run a script; what a formula may load lies in this folder.
window.MathJax = {
  // Of thousands of formulas only those are drawn that are seen, and all before they are printed.
  loader: {load: ['[tex]/amscd', 'ui/safe'].concat(document.body.dataset.formulas > 1500 ? 'ui/lazy' : [])},
  tex: {
    inlineMath: [['$', '$'], ['\\(', '\\)']],
    processEscapes: true,
    tags: 'ams',
    packages: {'[+]': ['amscd']}
  },
  // The same size beside the fonts of all systems: their x-height says little of Chinese.
  chtml: {matchFontHeight: false, scale: 1.15},
  options: {
    enableMenu: false,
    ignoreHtmlClass: 'tex2jax_ignore',
    processHtmlClass: 'tex2jax_process'
  },
  startup: {
    ready: function () {
      'use strict';
      MathJax.startup.defaultReady();
      // The name of MathJax 2 for an extension that is loaded already.
      MathJax.startup.input[0].preFilters.add(function (data) {
        data.math.math = data.math.math.replace(/\\require\s*\{AMScd\}/g, '');
      });
    },
    pageReady: function () {
      'use strict';
      // The text is seen first, also where there are thousands of formulas.
      return new Promise(function (done) { setTimeout(done, 20); }).then(function () {
        return MathJax.startup.defaultPageReady();
      }).then(function () {
        document.documentElement.classList.add('s-drawn');
      });
    }
  }
};
