/// The look of all pages: Okabe and Ito's colours (2008), which the colour-blind can tell apart, lightened on dark.
enum Stylesheet {
  /// Classes `s0`, `s1`, … of series; further ones start again, dashed.
  static let seriesCount = 6

  /// Columns by which a table can be sorted.
  static let sortedColumns = 24

  /// The style sheet of every page.
  static let css: Markup = fixed + sorting + narrow

  /// Wide tables on narrow pages: a row is a block, and each cell says its column.
  private static let narrow: Markup = """
    @media screen and (max-width:560px){
    table.stack,table.stack tbody,table.stack caption{display:block}table.stack:not(.sortable) thead{display:none}
    table.stack tbody tr{display:block;padding:7px 0;border-bottom:1px solid var(--rule)}
    table.stack tbody th,table.stack tbody td{display:flex;justify-content:space-between;gap:14px;border:0;padding:1px 0;
    text-align:right;overflow-wrap:anywhere}table.stack tbody th{justify-content:start;text-align:left}
    table.stack td::before{content:attr(data-label);color:var(--muted);text-align:left;flex:none;max-width:55%}
    table.sortable.stack{display:flex;flex-direction:column}table.sortable.stack tbody{display:contents}
    table.sortable.stack thead{display:block}table.sortable.stack thead tr{display:flex;flex-wrap:wrap;gap:2px 12px}
    table.sortable.stack thead th{border:0;padding:1px 0}table.stack td .range{white-space:normal}}

    """

  /// A checked circle in a head gives the rows the places that they have by that column.
  private static let sorting: Markup = {
    var rules: Markup = "table.sortable{display:grid}table.sortable caption{grid-column:1/-1}\n"
    rules += "table.sortable thead,table.sortable tbody{display:contents}\n"
    rules += "table.sortable tr{display:grid;grid-column:1/-1;grid-template-columns:subgrid}\n"
    rules += "table.sortable thead tr{order:-1}table.sortable caption{order:-2}\n"
    rules +=
      "table.sortable thead th{display:flex;align-items:end}table.sortable thead th:not(.left){justify-content:end}\n"
    rules += "table.sortable label{cursor:pointer}table.sortable input{margin:0 2px 0 0;accent-color:var(--heat)}\n"
    for column in 0..<sortedColumns {
      rules += "table.sortable:has(.k\(column):checked) tbody tr{order:var(--k\(column))}\n"
    }
    return rules + "@media print{table.sortable input{display:none}}\n"
  }()

  private static let fixed: Markup = """
    :root{color-scheme:light dark;--page:#fff;--ink:#1b1f24;--muted:#5d6772;--rule:#dfe3e8;--soft:#f5f7f9;--heat:#0072b2;
    --heat-back:#f0f4f8;--on-heat:#fff;--warn:#fff4dc;--warn-ink:#5f4200;--warn-rule:#e0a526;
    --s0:#0072b2;--s1:#d55e00;--s2:#009e73;--s3:#b0568b;--s4:#b07b00;--s5:#3d94c9}
    @media screen and (prefers-color-scheme:dark){:root{--page:#14181d;--ink:#e6eaee;--muted:#9aa5b0;--rule:#2d343c;--soft:#1b2127;
    --heat:#4da3d9;--heat-back:#1d252d;--on-heat:#0b0f13;--warn:#33290f;--warn-ink:#f3d894;--warn-rule:#b98a1e;
    --s0:#56b4e9;--s1:#f0843c;--s2:#2fc79a;--s3:#e39cc4;--s4:#e6b03c;--s5:#9fd3f2}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--ink);
    font:15px/1.5 system-ui,-apple-system,"Segoe UI","Liberation Sans",Arial,sans-serif}
    main{max-width:1120px;margin:0 auto;padding:28px 24px 60px}main.wide{max-width:1400px}
    h1{font-size:27px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
    h2{font-size:19px;margin:40px 0 10px;padding-top:14px;border-top:1px solid var(--rule)}
    h3{font-size:15px;margin:18px 0 6px}
    p{margin:8px 0;max-width:76ch}
    .lead{color:var(--muted);font-size:16px;margin-bottom:18px}
    .note{color:var(--muted);font-size:13px}
    .simulated{background:var(--warn);color:var(--warn-ink);border:2px solid var(--warn-rule);border-radius:8px;
    padding:14px 20px;margin:18px 0;font-size:15px}
    .simulated strong{display:block;font-size:28px;line-height:1.2;letter-spacing:.03em}
    .live{background:var(--soft);border:2px solid var(--heat);border-radius:8px;padding:12px 18px;margin:16px 0;
    overflow-wrap:anywhere}.live strong{display:block;font-size:19px}
    .cautions{background:var(--warn);color:var(--warn-ink);border-left:4px solid var(--warn-rule);border-radius:4px;
    padding:8px 16px;margin:14px 0}
    .cautions ul{margin:4px 0;padding-left:20px}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:14px;margin:18px 0}
    .card{background:var(--soft);border:1px solid var(--rule);border-radius:8px;padding:12px 16px}
    .card .what{color:var(--muted);font-size:13px}
    .card .value{font-size:27px;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.25}
    .card .extra{color:var(--muted);font-size:13px;font-variant-numeric:tabular-nums}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;margin:10px 0;font-size:14px;font-variant-numeric:tabular-nums}
    caption{text-align:left;color:var(--muted);font-size:13px;padding:0 0 6px;max-width:90ch}
    th,td{padding:5px 14px 5px 0;text-align:right;border-bottom:1px solid var(--rule);vertical-align:top}
    th{font-weight:600}thead th{border-bottom:2px solid var(--muted);vertical-align:bottom}
    th.left,td.left{text-align:left}td.interval{white-space:nowrap}
    td .range{color:var(--muted);font-size:12.5px;display:block}
    td.best{font-weight:700}td .range{font-weight:400;white-space:nowrap}.figure{white-space:nowrap}tbody th.left{min-width:180px}
    .swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:7px}
    .swatch.s0{background:var(--s0)}.swatch.s1{background:var(--s1)}.swatch.s2{background:var(--s2)}
    .swatch.s3{background:var(--s3)}.swatch.s4{background:var(--s4)}.swatch.s5{background:var(--s5)}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:10px 28px;align-items:start}
    .tables{display:flex;flex-wrap:wrap;gap:4px 40px;align-items:flex-start}.tables>*{max-width:100%}
    figure{margin:8px 0}figcaption{font-size:13.5px;margin-bottom:4px;font-weight:600}
    .chart{width:100%;max-width:560px;height:auto;display:block}.chart.wide{max-width:860px}
    .chart text{font:12px system-ui,-apple-system,"Segoe UI","Liberation Sans",Arial,sans-serif;fill:var(--ink)}
    .chart .tick,.chart .label{fill:var(--muted)}.chart .label{font-size:12.5px}
    .chart .end{text-anchor:end}.chart .middle{text-anchor:middle}
    .chart .figure{font-variant-numeric:tabular-nums;font-size:12.5px}.chart .row-name{font-size:13px}
    .grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--muted);stroke-width:1}
    .reference{stroke:var(--muted);stroke-width:1.2;stroke-dasharray:4 4}
    .curve{fill:none;stroke-width:2.2;stroke-linejoin:round}.thin{stroke-width:1.2}
    .curve.s0{stroke:var(--s0)}.curve.s1{stroke:var(--s1)}.curve.s2{stroke:var(--s2)}
    .curve.s3{stroke:var(--s3)}.curve.s4{stroke:var(--s4)}.curve.s5{stroke:var(--s5)}
    .band{opacity:.16}.band.s0{fill:var(--s0)}.band.s1{fill:var(--s1)}.band.s2{fill:var(--s2)}
    .band.s3{fill:var(--s3)}.band.s4{fill:var(--s4)}.band.s5{fill:var(--s5)}
    .chart.small{max-width:150px}.wells{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:8px}
    table.plate td{border:0;padding:2px 6px;min-width:120px;text-align:left}table.plate figcaption{font-size:12px}
    .dot{stroke:var(--page);stroke-width:1.2}
    .dot.s0,.chart .series.s0{fill:var(--s0)}.dot.s1,.chart .series.s1{fill:var(--s1)}
    .dot.s2,.chart .series.s2{fill:var(--s2)}.dot.s3,.chart .series.s3{fill:var(--s3)}
    .dot.s4,.chart .series.s4{fill:var(--s4)}.dot.s5,.chart .series.s5{fill:var(--s5)}
    .chart .series{font-weight:600}
    .heat{fill:var(--heat)}.heat-back{fill:var(--heat-back)}
    .chart .cell{font-size:15px;font-weight:600}.chart .cell-share{font-size:11.5px}
    .chart .ink{fill:var(--ink)}.chart .ink-on-heat{fill:var(--on-heat)}
    .gallery{display:flex;flex-wrap:wrap;gap:16px;padding:0;list-style:none}
    .gallery li{font-size:12.5px;line-height:1.4;overflow-wrap:anywhere;max-width:100%;min-width:150px;flex:0 1 auto}
    .gallery .id{color:var(--muted);max-width:40ch}
    .strips{display:flex;flex-wrap:wrap;gap:4px;margin-bottom:4px}
    .strips figure{margin:0}.strips figcaption{font-weight:400;font-size:11.5px;color:var(--muted);margin:0}
    .strips img{min-height:76px;max-width:100%;image-rendering:pixelated;border-radius:4px;border:1px solid var(--rule);
    display:block}
    a.csv{font-weight:400;font-size:12px;color:var(--heat)}
    .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:8px}
    .panels.wide{grid-template-columns:repeat(auto-fill,minmax(180px,1fr))}.panels.wide .chart.small{max-width:230px}
    .many details{margin:4px 0}
    .panels figcaption{font-weight:400;font-size:12px;overflow-wrap:anywhere}
    .frame{fill:none;stroke:var(--rule)}.muted-dot{fill:var(--rule);stroke:none}.cloud .dot{fill-opacity:.75;stroke-width:.6}
    .sheet{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:12px 18px;padding:0;
    margin:6px 0;list-style:none}
    .sheet li{font-size:12px;line-height:1.35;overflow-wrap:anywhere}.sheet .id{color:var(--muted)}
    .sheet img{width:100%;image-rendering:pixelated;border-radius:4px;display:block}
    .sheet.few{grid-template-columns:repeat(auto-fill,minmax(130px,1fr))}
    .tiles{display:flex;color:var(--muted);font-size:11px}.tiles span{flex:1;text-align:center}
    .pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,520px),1fr));gap:4px 28px}
    .pair .sheet{grid-template-columns:1fr 1fr}h4{font-size:13px;font-weight:600;margin:12px 0 2px}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 18px;margin:10px 0;font-size:14px}
    dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
    code,pre{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
    pre{background:var(--soft);border:1px solid var(--rule);border-radius:6px;padding:10px 14px;overflow-x:auto;margin:6px 0}
    details summary{cursor:pointer;color:var(--muted)}
    footer{margin-top:48px;color:var(--muted);font-size:13px;border-top:1px solid var(--rule);padding-top:10px}
    @media (max-width:560px){main{padding:18px 14px 40px;overflow-wrap:anywhere}h1{font-size:22px}
    .simulated strong{font-size:22px}dl{grid-template-columns:1fr}dt{margin-top:6px}tbody th.left{min-width:120px}}
    @media print{main{max-width:none}figure,tr,.gallery li{break-inside:avoid}h2,h3,caption,.note{break-after:avoid}
    h2{margin-top:26px}.csv{display:none}
    pre{white-space:pre-wrap;overflow-wrap:anywhere}.scroll{overflow:visible}}
    """
}
