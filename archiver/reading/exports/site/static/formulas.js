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
  // Of thousands of formulas only those are drawn that are seen, and all before they are printed.
  loader: {load: ['[tex]/amscd', 'ui/safe'].concat(document.body.dataset.formulas > 1500 ? 'ui/lazy' : [])},
  tex: {
    inlineMath: [['$', '$'], ['\\(', '\\)']],
    processEscapes: true,
    tags: 'ams',
    packages: {'[+]': ['amscd']},
    require: {allow: extensions, defaultAllow: false}
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
        document.documentElement.classList.add('s-drawn');
      });
    }
  }
};
})();
