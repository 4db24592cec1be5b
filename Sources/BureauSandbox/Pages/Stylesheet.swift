/// The look of every sandbox page, in light and dark. Classes: `banner`, `columns` and `column` (side by side),
/// `card`, `meta` (small muted text), `tag` with `ok`, `warn`, `bad`, `info`, `wait` or `idle`, `message`, `thread`.
let stylesheet = """
    :root { color-scheme: light dark; --bg: #ffffff; --surface: #f6f7f9; --border: #d4d8de; --border-strong: #7a828e;
      --text: #16191d; --muted: #525b66; --link: #0b57a4; --on-accent: #ffffff; --focus: #b3007a;
      --ok: #1a6b34; --ok-bg: #e6f4ea; --warn: #7a4b00; --warn-bg: #fff3d6; --bad: #a51d1d; --bad-bg: #fde8e8;
      --info: #0b57a4; --info-bg: #e5f0fb; --wait: #5b3aa8; --wait-bg: #efe9fb; --idle: #525b66; --idle-bg: #eceff3; }
    @media (prefers-color-scheme: dark) {
      :root { --bg: #12151a; --surface: #1a1e25; --border: #363d48; --border-strong: #7d8796;
        --text: #eceff3; --muted: #a9b3bf; --link: #7db7ff; --on-accent: #0c1420; --focus: #ff8ad4;
        --ok: #7ddb97; --ok-bg: #14301f; --warn: #f2c063; --warn-bg: #33260b; --bad: #ff9a94; --bad-bg: #3a1716;
        --info: #7db7ff; --info-bg: #112a45; --wait: #c3adff; --wait-bg: #271d45; --idle: #a9b3bf; --idle-bg: #252b34; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--bg); color: var(--text); line-height: 1.5;
      font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
    .banner { margin: 0; max-width: none; padding: 8px 24px; background: var(--warn-bg); color: var(--warn); font-weight: 600; }
    nav { padding: 8px 24px; border-bottom: 1px solid var(--border); display: flex; flex-wrap: wrap; gap: 16px; }
    main { max-width: 1280px; margin: 0 auto; padding: 16px 24px 64px; }
    h1 { font-size: 1.875rem; line-height: 1.25; } h2 { font-size: 1.5rem; line-height: 1.25; }
    h3 { font-size: 1.25rem; line-height: 1.25; } p { max-width: 72ch; }
    a { color: var(--link); }
    :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
    code, pre, .id { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.875rem; }
    pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--surface); padding: 12px; border-radius: 6px; }
    table { border-collapse: collapse; width: 100%; font-size: 0.875rem; line-height: 1.4;
      font-variant-numeric: tabular-nums; }
    th, td { text-align: left; vertical-align: top; padding: 8px; border-bottom: 1px solid var(--border); }
    th { color: var(--muted); font-weight: 600; }
    .meta { color: var(--muted); font-size: 0.8125rem; }
    .columns { display: flex; gap: 16px; overflow-x: auto; align-items: flex-start; }
    .column { flex: 1 0 220px; background: var(--surface); border-radius: 6px; padding: 12px; }
    .column h2 { font-size: 1rem; margin: 0 0 8px; }
    .card { background: var(--bg); border: 1px solid var(--border); border-radius: 6px; padding: 12px; margin: 0 0 8px; }
    .message { border-left: 4px solid var(--border); padding: 4px 12px; margin: 12px 0; }
    .thread { margin-left: 32px; }
    .tag { display: inline-block; padding: 0 8px; border-radius: 6px; font-size: 0.8125rem;
      color: var(--idle); background: var(--idle-bg); }
    .tag.ok { color: var(--ok); background: var(--ok-bg); } .tag.warn { color: var(--warn); background: var(--warn-bg); }
    .tag.bad { color: var(--bad); background: var(--bad-bg); } .tag.info { color: var(--info); background: var(--info-bg); }
    .tag.wait { color: var(--wait); background: var(--wait-bg); }
    button, select, input { font: inherit; color: inherit; background: var(--bg); padding: 4px 12px;
      border: 1px solid var(--border-strong); border-radius: 6px; }
    button { background: var(--link); color: var(--on-accent); border-color: var(--link); cursor: pointer; }
    @media (forced-colors: active) { .tag, .card { border: 1px solid; } }

    """
