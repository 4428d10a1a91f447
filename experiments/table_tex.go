package experiments

import (
	"io"
	"strings"
)

// writeTeX writes each table as a LaTeX table for the package booktabs.
func writeTeX(w io.Writer, tables []Table) error {
	for _, t := range tables {
		if err := writeAll(w, t.TeX()); err != nil {
			return err
		}
	}
	return nil
}

// TeX is the table in LaTeX. Published statements are a second table.
func (t Table) TeX() string {
	text := texTable(t.Title+". "+strings.Join(t.notes(), " "), t.header(), t.alignments(), t.cells(" ± "))
	if statements := t.statements(); len(statements) > 0 {
		text += texTable(t.Title+", published statements", statementHeader, []string{"p{.35\\linewidth}", "r", "r", "p{.3\\linewidth}"}, statements)
	}
	return text
}

func texTable(caption string, header, aligned []string, rows [][]string) string {
	var out strings.Builder
	line := func(cells []string) {
		escaped := make([]string, len(cells))
		for i, cell := range cells {
			escaped[i] = texEscaper.Replace(cell)
		}
		out.WriteString("    " + strings.Join(escaped, " & ") + ` \\` + "\n")
	}
	out.WriteString("\\begin{table}\n  \\centering\n  \\caption{" + texEscaper.Replace(caption) + "}\n")
	out.WriteString("  \\begin{tabular}{" + strings.Join(aligned, "") + "}\n    \\toprule\n")
	line(header)
	out.WriteString("    \\midrule\n")
	for _, row := range rows {
		line(row)
	}
	out.WriteString("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n")
	return out.String()
}

var texEscaper = strings.NewReplacer(
	`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`,
	"±", `$\pm$`, "×", `$\times$`, "≈", `$\approx$`, "–", "--",
)
