import Operations

/// What the pages of a site do beside being read: tables sort, and the one of runs can be searched.
///
/// Without it they are plain tables.
enum SiteScript {
    /// The script, for pages with such tables.
    static let script = PageFrame.Script(text: text, digest: ScriptDigest.base64(of: text))

    /// What is typed, and how the table is sorted, is in the page's address behind `#`, so that it can be sent to
    /// others.
    private static let text = """

        "use strict";
        document.querySelectorAll("table.sortable").forEach(function (table) {
          var body = table.tBodies[0];
          var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
          var names = heads.map(function (head) { return head.textContent.trim(); });
          var rows = Array.prototype.slice.call(body.rows);
          var isSearched = table.hasAttribute("data-search");
          var state = { sort: "", search: "" };
          function isNumber(column) { return heads[column].classList.contains("number"); }
          function key(row, column) {
            var cell = row.cells[column];
            var text = cell.hasAttribute("data-v") ? cell.getAttribute("data-v") : cell.textContent.trim();
            if (!isNumber(column)) { return text; }
            return text === "" ? NaN : Number(text);
          }
          function sort() {
            var isDown = state.sort.charAt(0) === "-";
            var column = names.indexOf(isDown ? state.sort.slice(1) : state.sort);
            if (column < 0) { return; }
            var keyed = rows.map(function (row) { return { row: row, key: key(row, column) }; });
            keyed.sort(function (a, b) {
              if (isNumber(column) && (isNaN(a.key) || isNaN(b.key))) { return isNaN(a.key) - isNaN(b.key); }
              var order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
              return isDown ? -order : order;
            });
            keyed.forEach(function (item) { body.appendChild(item.row); });
            heads.forEach(function (head, position) {
              head.setAttribute("aria-sort", position !== column ? "none" : isDown ? "descending" : "ascending");
            });
          }
          function accepts(row, word) {
            var parts = /^(.+?)(<=|>=|!=|=|<|>)(.*)$/.exec(word);
            var column = parts ? names.map(function (name) { return name.toLowerCase(); }).indexOf(parts[1]) : -1;
            if (column < 0) { return row.textContent.toLowerCase().indexOf(word) >= 0; }
            var own = key(row, column);
            var other = isNumber(column) ? Number(parts[3]) : parts[3];
            if (!isNumber(column)) { own = own.toLowerCase(); }
            switch (parts[2]) {
              case "<": return own < other;
              case ">": return own > other;
              case "<=": return own <= other;
              case ">=": return own >= other;
              case "!=": return own !== other;
              default: return own === other;
            }
          }
          function search() {
            // What stands in quotes may have blanks.
            var words = (state.search.toLowerCase().match(/(?:"[^"]*"|[^\\s"])+/g) || []).map(function (word) {
              return word.replace(/"/g, "");
            });
            var count = 0;
            rows.forEach(function (row) {
              row.hidden = !words.every(function (word) { return accepts(row, word); });
              if (!row.hidden) { count += 1; }
            });
            if (counter) { counter.textContent = count + " of " + rows.length; }
          }
          function remember() {
            if (!isSearched) { return; }
            var parts = Object.keys(state).filter(function (name) { return state[name] !== ""; });
            var hash = parts.map(function (name) { return name + "=" + encodeURIComponent(state[name]); }).join("&");
            try { history.replaceState(null, "", "#" + hash); } catch (error) { return; }
          }
          heads.forEach(function (head, column) {
            if (names[column] === "") { return; }
            var button = document.createElement("button");
            button.type = "button";
            button.textContent = names[column];
            button.addEventListener("click", function () {
              var isUp = state.sort === names[column];
              state.sort = (isUp ? "-" : "") + names[column];
              sort();
              remember();
            });
            head.textContent = "";
            head.appendChild(button);
          });
          var counter = null;
          if (isSearched) {
            var label = document.createElement("label");
            var input = document.createElement("input");
            counter = document.createElement("output");
            label.className = "search";
            label.textContent = "Search ";
            input.type = "search";
            input.placeholder = "words, or accuracy>0.9 status=finished \\"val loss\\"<1";
            label.appendChild(input);
            label.appendChild(counter);
            table.parentNode.parentNode.insertBefore(label, table.parentNode);
            window.location.hash.slice(1).split("&").forEach(function (part) {
              var name = part.split("=")[0];
              if (state[name] === undefined) { return; }
              try { state[name] = decodeURIComponent(part.slice(name.length + 1)); } catch (error) { return; }
            });
            input.value = state.search;
            input.addEventListener("input", function () {
              state.search = input.value;
              search();
              remember();
            });
            search();
            sort();
          }
        });

        """
}
