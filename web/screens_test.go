package web_test

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

var screens = flag.String("screens", "", "write a picture of every page to this folder")

// TestScreens makes the pictures in docs/screens; `make screenshots` runs it.
func TestScreens(t *testing.T) {
	if *screens == "" {
		t.Skip("no -screens: no pictures are asked for")
	}
	if err := os.MkdirAll(*screens, 0o755); err != nil {
		t.Fatal(err)
	}
	s := sharedSite(t)
	sizes := []struct {
		name          string
		width, height int64
	}{{"390", 390, 844}, {"1024", 1024, 768}, {"1920", 1920, 1080}}
	for _, size := range sizes {
		v := s.open(t, window{width: size.width, height: size.height})
		v.signIn()
		for _, name := range slices.Sorted(maps.Keys(pages())) {
			v.picture(pages()[name], filepath.Join(*screens, name+"-"+size.name+".png"))
			if name == "issues" { // farther down
				v.click(`.jump a[href="#territory"]`)
				v.shoot(filepath.Join(*screens, "territory-"+size.name+".png"))
			}
		}
	}
	for _, other := range []struct{ page, language, theme string }{{"now", "uk", "dark"}, {"terms", "fr", "dark"}} {
		v := s.open(t, window{width: 1024, height: 768, language: other.language})
		v.signIn()
		call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: other.theme}}})
		v.picture(pages()[other.page], filepath.Join(*screens, other.page+"-1024-"+other.language+"-"+other.theme+".png"))
	}
}

func (v *visit) picture(path, file string) {
	v.t.Helper()
	v.goTo(path)
	v.settled()
	v.shoot(file)
}

func (v *visit) shoot(file string) {
	v.t.Helper()
	time.Sleep(time.Second) // fonts, the map's last tiles
	shot, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	v.must(err)
	img, err := png.Decode(bytes.NewReader(shot))
	v.must(err)
	var b bytes.Buffer
	v.must((&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, paletted(img)))
	v.must(os.WriteFile(file, b.Bytes(), 0o644))
}

// paletted draws a picture with its 256 most frequent colours, each of them the
// first of those that differ little: pages have few colours, and a file a
// third of the size does.
func paletted(img image.Image) *image.Paletted {
	type rgb [3]uint8
	at := func(x, y int) rgb {
		r, g, b, _ := img.At(x, y).RGBA()
		return rgb{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)}
	}
	near := func(c rgb) rgb { return rgb{c[0] >> 3, c[1] >> 3, c[2] >> 3} }
	bounds := img.Bounds()
	exact, coarse := map[rgb]int{}, map[rgb]rgb{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			exact[at(x, y)]++
		}
	}
	order := slices.SortedFunc(maps.Keys(exact), func(a, b rgb) int { return cmp.Or(exact[b]-exact[a], slices.Compare(a[:], b[:])) })
	var palette color.Palette
	for _, c := range order {
		if _, ok := coarse[near(c)]; !ok && len(palette) < 256 {
			coarse[near(c)] = c
			palette = append(palette, color.RGBA{c[0], c[1], c[2], 255})
		}
	}
	out := image.NewPaletted(bounds, palette)
	index := map[rgb]uint8{}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := at(x, y)
			i, ok := index[c]
			if !ok {
				i = uint8(palette.Index(color.RGBA{c[0], c[1], c[2], 255}))
				index[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}
