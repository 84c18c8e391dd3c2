// Draws every figure that names a chart; draws it again when the colour scheme, the axis or the medium changes.
(function () {
  'use strict';
  const source = JSON.parse(document.getElementById('chart-data').textContent);
  const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
  const views = new Map();
  let printing = false;

  function theme(dark) {
    const text = dark ? '#c9d1d9' : '#3b4350';
    const line = dark ? '#30363d' : '#e3e6ea';
    const parts = dark
      ? ['#6ea8fe', '#f0a35e', '#7bc8a4', '#8b949e']
      : ['#2f6fbf', '#d9772b', '#3f9a73', '#a7afb8'];
    const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
    return {
      background: null,
      font: font,
      view: { stroke: null },
      mark: { color: parts[0] },
      rule: { color: parts[0] },
      text: { color: text },
      range: { category: parts, ordinal: { scheme: 'viridis', extent: dark ? [1, 0.3] : [0.92, 0] } },
      axis: {
        labelColor: text, titleColor: text, gridColor: line, domainColor: line, tickColor: line,
        labelFontSize: 11, titleFontSize: 12, titleFontWeight: 500, titlePadding: 8
      },
      axisX: { grid: false },
      legend: { labelColor: text, titleColor: text, labelFontSize: 11, titleFontSize: 12, titleFontWeight: 500 }
    };
  }

  function specOf(figure) {
    const spec = JSON.parse(JSON.stringify(source.charts[figure.dataset.chart]));
    const toggle = figure.querySelector('input[type=checkbox]');
    if (toggle && !toggle.checked) {
      spec.encoding.x.scale = { type: 'linear', zero: true };
    }
    if (figure.clientWidth < 520 && spec.encoding.color) {
      spec.encoding.color.legend = Object.assign({}, spec.encoding.color.legend, {
        orient: 'bottom', columns: spec.encoding.color.field === 'variant' ? 1 : 4
      });
    }
    const choice = figure.querySelector('select');
    if (choice) {
      spec.transform = [{ filter: 'datum.batch === ' + Number(choice.value) }].concat(spec.transform || []);
    }
    [spec].concat(spec.layer || []).filter(part => part.data).forEach(part => {
      part.data = { values: source.data[part.data.name] };
    });
    spec.autosize = { type: 'fit-x', contains: 'padding' };
    spec.config = theme(darkScheme.matches && !printing);
    return spec;
  }

  function draw(figure) {
    const place = figure.querySelector('.chart');
    try {
      const old = views.get(figure);
      if (old) {
        old.finalize();
      }
      const view = new vega.View(vega.parse(vegaLite.compile(specOf(figure)).spec), {
        renderer: 'svg', container: place, hover: true
      });
      views.set(figure, view);
      view.runAsync().catch(problem => complain(place, problem));
    } catch (problem) {
      complain(place, problem);
    }
  }

  function complain(place, problem) {
    place.textContent = 'This chart could not be drawn (' + problem.message + '). The tables hold its numbers.';
    console.error(problem);
  }

  // All figures that have this batch size show it.
  function choose(batch) {
    figures.forEach(figure => {
      const choice = figure.querySelector('select');
      if (choice && Array.from(choice.options).some(option => option.value === batch)) {
        choice.value = batch;
        draw(figure);
      }
    });
  }

  const figures = Array.from(document.querySelectorAll('figure[data-chart]'));
  const drawAll = () => figures.forEach(draw);
  figures.forEach(figure => {
    const toggle = figure.querySelector('input[type=checkbox]');
    if (toggle) {
      toggle.addEventListener('change', () => draw(figure));
    }
    const choice = figure.querySelector('select');
    if (choice) {
      choice.addEventListener('change', () => choose(choice.value));
    }
  });
  darkScheme.addEventListener('change', drawAll);
  window.addEventListener('beforeprint', () => { printing = true; drawAll(); });
  window.addEventListener('afterprint', () => { printing = false; drawAll(); });
  drawAll();
})();
