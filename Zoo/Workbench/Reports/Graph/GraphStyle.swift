/// Colours of the graph's drawing: Okabe and Ito's set (2008), which the colour-blind can tell apart.
enum GraphStyle {
  static let css: Markup = """
    .page{fill:#fff}
    text{font:12px system-ui,-apple-system,"Segoe UI","Liberation Sans",sans-serif;fill:#1b1f24}
    .heading{font-size:18px;font-weight:600}
    .muted,.muted text,text .muted{fill:#66707b;font-size:11.5px;font-weight:400}
    .operator{font-weight:600}
    .name,.figure{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:11px}
    .name{fill:#66707b}
    .end{text-anchor:end}
    .part{fill:#66707b;text-anchor:middle;font-size:11.5px}
    .edge{fill:none;stroke:#8b95a1;stroke-width:1.6}
    .node{stroke:#fff;stroke-width:1.5}
    .border{fill:#1b1f24}
    .bar{fill:#0072b2;opacity:.18}
    .convolution{fill:#0072b2}.dense{fill:#009e73}.recurrent{fill:#cc79a7}.normalization{fill:#e69f00}
    .activation{fill:#d55e00}.pooling{fill:#56b4e9}.arithmetic{fill:#7f6bb3}.shape{fill:#9aa3ad}
    .band{opacity:.07}.strip{opacity:.75}
    .band.input,.strip.input{fill:#56b4e9}.band.backbone,.strip.backbone{fill:#0072b2}
    .band.temporal,.strip.temporal{fill:#cc79a7}.band.head,.strip.head{fill:#009e73}
    .band.output,.strip.output{fill:#e69f00}
    @media (prefers-color-scheme:dark){
    .page{fill:#14181d}text,.border{fill:#e4e8ec}.name,.muted,.muted text,text .muted,.part{fill:#98a2ad}
    .edge{stroke:#6b7681}.node{stroke:#14181d}.band{opacity:.16}.bar{fill:#56b4e9;opacity:.3}
    .convolution{fill:#4da3d9}}
    """
}
