"""SVG charts that the server renders: classes for the style sheet, and no inline styles, which the page policy forbids.

- `inline` — bars and sparklines, for cells of tables
- `lanes` — layout of the merge graph
- `merge_graph` — the decisions about a profile as a graph

Time series, such as the event volume, are drawn in the browser: `static/console.js`.
"""
