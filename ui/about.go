package ui

import (
	"net/url"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/pilothouse/pilothouse/assets"
	"github.com/pilothouse/pilothouse/ui/i18n"
	"github.com/pilothouse/pilothouse/ui/widgets"
)

// aboutSide is the side of the icon on the about page.
const aboutSide = 56

// showAbout tells what the program is, where it keeps what it keeps, and under
// which licences it is made.
func (w *Window) showAbout() {
	icon := canvas.NewImageFromResource(fyne.NewStaticResource("icon.png", assets.Icon()))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(aboutSide))
	name := widget.NewLabel(Title)
	name.TextStyle.Bold, name.SizeName = true, theme.SizeNameHeadingText
	version := widget.NewLabel(w.o.About)
	version.Selectable = true
	version.Wrapping = fyne.TextWrapWord
	head := container.NewBorder(nil, nil, icon, nil, container.NewVBox(name, version))
	parts := container.NewVBox(head)
	if w.o.Folder != "" {
		parts.Add(w.folderLine())
	}
	for _, report := range w.o.Crashes {
		parts.Add(w.crashLine(report))
	}
	parts.Add(sectionTitle(i18n.T("Licences")))
	d := dialog.NewCustom(i18n.T("About"), i18n.T("Close"), container.NewBorder(parts, nil, nil, nil, licenceList()), w.win)
	d.Resize(sheetSize(w.win))
	d.Show()
}

// folderLine says where data is kept, with a button that opens the folder.
func (w *Window) folderLine() fyne.CanvasObject {
	place := widget.NewLabel(i18n.Tf("Data is kept in %s", w.o.Folder))
	place.Selectable = true
	place.Wrapping = fyne.TextWrapBreak
	open := widget.NewButtonWithIcon(i18n.T("Open"), theme.FolderOpenIcon(), func() { w.openFile(w.o.Folder) })
	return container.NewBorder(nil, nil, nil, open, place)
}

// crashLine offers the report of a run that ended badly.
func (w *Window) crashLine(report string) fyne.CanvasObject {
	text := widget.NewLabel(i18n.Tf("Crash report: %s", filepath.Base(report)))
	text.Truncation = fyne.TextTruncateEllipsis
	return container.NewBorder(nil, nil, nil, widget.NewButtonWithIcon(i18n.T("Open"), theme.FileTextIcon(), func() { w.openFile(report) }), text)
}

// openFile has the system open a file or a folder.
func (w *Window) openFile(path string) {
	if err := w.o.App.OpenURL(fileURL(path)); err != nil {
		w.notices.add(toastError, i18n.Tf("The system could not open %s: %v", path, errorText(err)), "")
	}
}

// fileURL is the URL of a file (RFC 8089).
func fileURL(path string) *url.URL {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive of Windows
		path = "/" + path
	}
	return &url.URL{Scheme: "file", Path: path}
}

// licenceList shows the licences, of which only the lines in view have objects.
func licenceList() fyne.CanvasObject {
	lines := strings.Split(assets.Licences(), "\n")
	rows := widgets.NewRowsWithoutHeader([]widgets.Column{{Width: 200, Weight: 1, Monospace: true}})
	rows.OnRange = func(first, count int) {
		first = max(0, min(first, len(lines)))
		shown := lines[first:min(len(lines), first+count)]
		out := make([]widgets.Row, len(shown))
		for i, line := range shown {
			out[i] = widgets.Row{Key: lineKey(0, first+i), Cells: []widgets.Cell{{Text: line}}}
		}
		rows.SetRows(len(lines), first, out)
	}
	rows.OnRange(0, 1)
	return rows
}
