"""Look of the pages: readable in light and dark, on a phone, on a wide screen and on paper."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --ground: #f7f8fa; --card: #ffffff; --ink: #1f2430; --soft: #56607a; --line: #dfe3ea; --accent: #0b5f8a;
  --note: #fff6dd; --note-line: #d9a400;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171d; --card: #1d2129; --ink: #e8eaf0; --soft: #a4adc0; --line: #343b48; --accent: #7cc4ea;
    --note: #2d2715; --note-line: #b88d14;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem clamp(0.8rem, 3vw, 2.5rem) 4rem; }
h1 { font-size: clamp(1.5rem, 1.1rem + 1.6vw, 2.2rem); line-height: 1.2; margin: 0 0 0.4rem; text-wrap: balance; }
h2 { font-size: 1.35rem; margin: 2.6rem 0 0.5rem; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 0.4rem; }
p { max-width: 46rem; margin: 0.5rem 0; }
a { color: var(--accent); }
.soft { color: var(--soft); }
.note { background: var(--note); border-left: 4px solid var(--note-line); padding: 0.7rem 1rem; margin: 1rem 0;
  border-radius: 0 6px 6px 0; max-width: 48rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.4rem 1.4rem; list-style: none;
  padding: 0; margin: 1rem 0 0; }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0.8rem;
  margin: 1rem 0; padding: 0; }
.key > div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 0.7rem 0.9rem; }
.key dt { color: var(--soft); font-size: 0.88rem; }
.key dd { margin: 0; }
.key .treated { font-size: 1.3rem; font-weight: 650; }
.key dt::first-letter, th[scope="row"]::first-letter { text-transform: uppercase; }
figure { margin: 1rem 0; }
figure > div { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: #ffffff; }
figure img { display: block; width: 100%; min-width: 56rem; height: auto; }
figcaption { color: var(--soft); font-size: 0.92rem; margin-top: 0.5rem; max-width: 60rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.7rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { background: color-mix(in srgb, var(--card) 85%, var(--soft)); }
th[scope="row"] { font-weight: 500; min-width: 13rem; }
td { min-width: 6.5rem; }
td.none { color: var(--soft); }
td.first, th.first { border-left: 2px solid var(--line); }
details { margin: 0.8rem 0; }
summary { cursor: pointer; color: var(--accent); }
dl.definitions dt { font-weight: 600; margin-top: 0.6rem; }
dl.definitions dd { margin: 0; color: var(--soft); }
code { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: 0.88em;
  overflow-wrap: anywhere; }
@media print {
  :root { --ground: #ffffff; --card: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --accent: #000000; }
  main { max-width: none; padding: 0; }
  figure, .key > div { break-inside: avoid; }
  .scroll, figure > div { overflow: visible; }
  figure img { min-width: 0; }
  table { font-size: 0.72rem; }
}
"""
