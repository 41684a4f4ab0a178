/// The frame of a page: one file without scripts, and nothing that a browser would fetch.
enum Page {
  /// - Parameters:
  ///   - seconds: after which a browser loads the file again; of a page that is still being renewed.
  ///   - isWide: whether the page has tables of many columns.
  static func html(title: String, _ body: Markup, reloadsAfter seconds: Int? = nil, isWide: Bool = false) -> String {
    let reload: Markup = seconds.map { "<meta http-equiv=\"refresh\" content=\"\($0)\"/>\n" } ?? ""
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
      \(reload)<title>\(title)</title>
      <style>\(Stylesheet.css)</style>
      </head>
      <body>
      <main\(isWide ? Markup(" class=\"wide\"") : Markup(""))>
      \(body)
      <footer>Intervals are 95 % confidence intervals. One file, no scripts, no network.</footer>
      </main>
      </body>
      </html>

      """
    return page.text
  }

  /// In big letters, for results on made-up data.
  static let simulated: Markup = """
    <div class="simulated" role="note"><strong>SIMULATED DATA</strong>
    The samples were made by a program. The figures show that the pipeline works; they say nothing about real cells.</div>

    """

  static func cautions(_ cautions: [String]) -> Markup {
    if cautions.isEmpty { return "" }
    let items = cautions.map { caution -> Markup in "<li>\(caution)</li>" }
    return "<div class=\"cautions\" role=\"note\"><strong>Before you rely on this</strong><ul>\(items)</ul></div>\n"
  }

  static func figure(_ caption: String, _ svg: Markup) -> Markup {
    "<figure><figcaption>\(caption)</figcaption>\n\(svg)\n</figure>\n"
  }

  /// Terms and what they are, without those that have nothing to say.
  static func facts(_ facts: [(term: String, text: String)]) -> Markup {
    let rows = facts.filter { !$0.text.isEmpty }.map { fact -> Markup in
      "<dt>\(fact.term)</dt><dd>\(fact.text)</dd>\n"
    }
    return "<dl>\(rows)</dl>\n"
  }
}
