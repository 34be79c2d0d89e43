internal import KeybrakeCrypto

/// The style of every hosted page, named in the content security policy by its hash.
enum PageStyle {
    /// `sha256-…`
    static let hash = "sha256-" + Base64.text(SHA256Digest(hashing: text).bytes)

    static let text = """
        :root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d8dde4;--page:#f5f6f8;--card:#fff;\
        --deed:#2b4acb;--deed-ink:#fff;--bad:#a4182d;--bad-page:#fdf0f1}
        @media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--soft:#a2adbb;--line:#38414d;--page:#14181e;\
        --card:#1c222a;--deed:#8ea4ff;--deed-ink:#10162c;--bad:#ff9aa6;--bad-page:#3a1a20}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        .note{margin:0;padding:.5rem 1rem;border-bottom:1px solid var(--line);color:var(--soft);font-size:.8125rem;\
        text-align:center}
        main{max-width:30rem;margin:2rem auto;padding:0 1rem}
        section{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:1.25rem;margin:0 0 1rem}
        h1{font-size:1.25rem;line-height:1.3;margin:0 0 1rem}
        h2{font-size:1rem;margin:0 0 .75rem}
        p{margin:0 0 .75rem}
        table{width:100%;border-collapse:collapse}
        th,td{padding:.375rem 0;text-align:left;font-weight:400;vertical-align:top;overflow-wrap:anywhere}
        td:last-child,th:last-child{text-align:right;white-space:nowrap;padding-left:1rem;\
        font-variant-numeric:tabular-nums}
        tfoot tr:last-child th,tfoot tr:last-child td{border-top:1px solid var(--line);font-weight:600}
        label{display:block;margin:0 0 .75rem;font-size:.875rem}
        label.choice{display:flex;gap:.5rem;align-items:center}
        input,select{display:block;width:100%;margin-top:.25rem;padding:.5rem .625rem;border:1px solid var(--line);\
        border-radius:.375rem;background:var(--page);color:inherit;font:inherit}
        .choice input{width:auto;margin:0}
        .pair{display:grid;grid-template-columns:1fr 1fr;gap:0 1rem}
        button{width:100%;padding:.625rem 1rem;border:1px solid var(--deed);border-radius:.375rem;\
        background:var(--deed);color:var(--deed-ink);font:inherit;font-weight:600;cursor:pointer}
        button.quiet{background:transparent;color:var(--deed);margin-top:.5rem}
        a{color:var(--deed)}
        :focus-visible{outline:2px solid var(--deed);outline-offset:2px}
        .bad{padding:.625rem .75rem;border-radius:.375rem;background:var(--bad-page);color:var(--bad)}
        .soft{color:var(--soft);font-size:.875rem}
        """
}
