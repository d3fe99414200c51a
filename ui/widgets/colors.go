package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"

	"github.com/pilothouse/pilothouse/ui/plot"
)

// The colour names that the program's theme must resolve beside Fyne's own.
const (
	// ColorAlive to ColorUnknown colour liveness. ColorAlive is neutral: what
	// is well does not ask for attention.
	ColorAlive   fyne.ThemeColorName = "pilothouseAlive"
	ColorLate    fyne.ThemeColorName = "pilothouseLate"
	ColorSilent  fyne.ThemeColorName = "pilothouseSilent"
	ColorLost    fyne.ThemeColorName = "pilothouseLost"
	ColorOffline fyne.ThemeColorName = "pilothouseOffline"
	ColorUnknown fyne.ThemeColorName = "pilothouseUnknown"
	// ColorImpostor is for who is not who they say, and for nothing else.
	ColorImpostor fyne.ThemeColorName = "pilothouseImpostor"
	// ColorPast marks a window that shows the past, and nothing else.
	ColorPast fyne.ThemeColorName = "pilothousePast"
	// ColorFlash lights up a row that has just changed.
	ColorFlash fyne.ThemeColorName = "pilothouseFlash"
	// ColorTrace1 to ColorTrace8 colour the series of a chart, in order.
	ColorTrace1 fyne.ThemeColorName = "pilothouseTrace1"
	ColorTrace2 fyne.ThemeColorName = "pilothouseTrace2"
	ColorTrace3 fyne.ThemeColorName = "pilothouseTrace3"
	ColorTrace4 fyne.ThemeColorName = "pilothouseTrace4"
	ColorTrace5 fyne.ThemeColorName = "pilothouseTrace5"
	ColorTrace6 fyne.ThemeColorName = "pilothouseTrace6"
	ColorTrace7 fyne.ThemeColorName = "pilothouseTrace7"
	ColorTrace8 fyne.ThemeColorName = "pilothouseTrace8"
	// ColorWater, ColorShallow (along the coast), ColorLand, ColorCoast and
	// ColorGrid colour maps and charts.
	ColorWater   fyne.ThemeColorName = "pilothouseWater"
	ColorShallow fyne.ThemeColorName = "pilothouseShallow"
	ColorLand    fyne.ThemeColorName = "pilothouseLand"
	ColorCoast   fyne.ThemeColorName = "pilothouseCoast"
	ColorGrid    fyne.ThemeColorName = "pilothouseGrid"
	// ColorMuted is for text of second rank, ColorSurface for the background
	// of cards, ColorBorder for their edges, ColorAccent for what is selected
	// or can be acted on.
	ColorMuted   fyne.ThemeColorName = "pilothouseMuted"
	ColorSurface fyne.ThemeColorName = "pilothouseSurface"
	ColorBorder  fyne.ThemeColorName = "pilothouseBorder"
	ColorAccent  fyne.ThemeColorName = "pilothouseAccent"
)

// Traces lists the series colours in order.
func Traces() []fyne.ThemeColorName {
	return []fyne.ThemeColorName{ColorTrace1, ColorTrace2, ColorTrace3, ColorTrace4,
		ColorTrace5, ColorTrace6, ColorTrace7, ColorTrace8}
}

// Status is a state as a shape; see the plot package.
type Status = plot.Status

// The shapes, as in the plot package.
const (
	StatusNone    = plot.StatusNone
	StatusAlive   = plot.StatusAlive
	StatusLate    = plot.StatusLate
	StatusSilent  = plot.StatusSilent
	StatusOffline = plot.StatusOffline
	StatusLost    = plot.StatusLost
	StatusUnknown = plot.StatusUnknown

	StatusVouched  = plot.StatusVouched
	StatusClaimed  = plot.StatusClaimed
	StatusImpostor = plot.StatusImpostor
	StatusCaution  = plot.StatusCaution
	StatusNotice   = plot.StatusNotice
)

// StatusColor is the name of the colour that goes with the shape s.
func StatusColor(s Status) fyne.ThemeColorName {
	switch s {
	case StatusAlive:
		return ColorAlive
	case StatusLate:
		return ColorLate
	case StatusSilent:
		return ColorSilent
	case StatusOffline:
		return ColorOffline
	case StatusLost:
		return ColorLost
	case StatusImpostor:
		return ColorImpostor
	case StatusCaution:
		return ColorLate
	case StatusVouched:
		return ColorAlive
	default:
		return ColorUnknown
	}
}

// themer is what every widget can say about its looks.
type themer interface{ Theme() fyne.Theme }

// colorOf resolves a colour name for w in the variant in use.
func colorOf(w themer, name fyne.ThemeColorName) color.Color {
	return w.Theme().Color(name, fyne.CurrentApp().Settings().ThemeVariant())
}

// alpha is c with its opacity multiplied by k (0..1).
func alpha(c color.Color, k float32) color.NRGBA {
	n, _ := color.NRGBAModel.Convert(c).(color.NRGBA) // the model makes nothing else
	n.A = uint8(float32(n.A)*k + 0.5)
	return n
}
