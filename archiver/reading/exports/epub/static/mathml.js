// The formulas of one article to MathML, by MathJax with the configuration of the site's pages.
var kexue = (function () {
  'use strict';
  var parts = MathJax._;
  var mathjax = parts.mathjax.mathjax;
  var visitor = new parts.core.MmlTree.SerializedMmlVisitor.SerializedMmlVisitor();
  // The formulas of the article, what MathJax has made of each, and which one it reads.
  var tex, doc, items, failed, current;
  parts.handlers.html_ts.RegisterHTMLHandler(parts.adaptors.liteAdaptor.liteAdaptor());

  // Called before each article: numbers, labels and macros begin anew.
  function begin(formulas) {
    failed = {};
    tex = new parts.input.tex_ts.TeX({
      packages: ['base', 'ams', 'newcommand', 'noundefined', 'require', 'autoload', 'configmacros', 'amscd'],
      tags: 'ams',
      formatError: function (jax, error) {
        failed[current] = true;
        return jax.formatError(error);
      }
    });
    // The name of MathJax 2 for an extension that is loaded already.
    tex.preFilters.add(function (data) {
      data.math.math = data.math.math.replace(/\\require\s*\{AMScd\}/g, '');
    });
    doc = mathjax.document('', {
      InputJax: tex,
      compileError: function (document, item, error) {
        failed[current] = true;
        document.compileError(item, error);
      }
    });
    items = formulas.map(function (formula) {
      return new doc.options.MathItem(formula[0], tex, formula[1]);
    });
  }

  function compile(index) {
    current = index;
    delete failed[index];
    for (var tries = 0; ; tries++) {
      try {
        doc.compileMath(items[index]);
        return;
      } catch (error) {
        // An extension is there now, so MathJax reads the formula again.
        if (!error.retry || tries > 9) throw error;
      }
    }
  }

  // One that names a later equation is read a second time, when that has its number.
  function recompile() {
    items.forEach(function (item, index) {
      var data = item.inputData.recompile;
      if (data === undefined) return;
      item.state(data.state);
      item.inputData.recompile = data;
      compile(index);
    });
  }

  // MathML, or null for a formula that cannot be read.
  function written(index) {
    current = index;
    if (failed[index]) return null;
    try {
      return visitor.visitTree(items[index].root);
    } catch (error) {
      return null;
    }
  }

  function convert(formulas) {
    begin(formulas);
    items.forEach(function (item, index) { compile(index); });
    recompile();
    return JSON.stringify(items.map(function (item, index) { return written(index); }));
  }

  return {convert: convert, current: function () { return current; }};
})();
