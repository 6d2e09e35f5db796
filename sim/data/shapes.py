"""Light shapes for maps: EPCI, départements and regions cut from one topology; needs geopandas and `mapshaper`."""

import json
import subprocess
import tempfile
from pathlib import Path

import geopandas as gpd
import shapely

# How much of the outlines each map keeps, on top of the 12 % that all share, so that borders coincide.
LEVELS = {"epci": "40%", "departement": "45%", "region": "30%"}


def write(communes: gpd.GeoDataFrame, epci: list[dict], out: Path) -> None:
    """Write epci.geojson, departements.geojson and regions.geojson to `out`, in degrees with three decimals."""
    by_siren = {row["siren"]: row for row in epci}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _topology(communes, work)
        for level, share in LEVELS.items():
            keep = ["-filter", "epci!=null"] if level == "epci" else []
            simplify = ["-simplify", "weighted", share, "keep-shapes", "planar", "-clean", "-dissolve", level]
            _mapshaper(work, "base.topojson", *keep, *simplify, "-o", f"{level}.geojson", "precision=0.001")
            frame = gpd.read_file(work / f"{level}.geojson")
            name = "epci.geojson" if level == "epci" else f"{level}s.geojson"
            _write(out / name, level, frame, by_siren)


def _topology(communes, work):
    """Dissolve communes to EPCI x département and simplify once."""
    columns = ["code", "nom", "epci", "departement", "region", "geometry"]
    known = communes[columns][communes.geometry.notna()]
    known.to_file(work / "communes.geojson", driver="GeoJSON", COORDINATE_PRECISION=7)
    cut = ["-clean", "-each", 'k=(epci||"none")+"_"+departement']
    cut += ["-dissolve", "k", "copy-fields=epci,departement,region"]
    cut += ["-simplify", "weighted", "12%", "keep-shapes", "planar", "-clean"]
    _mapshaper(work, "communes.geojson", *cut, "-o", "base.topojson", "format=topojson", "no-quantization")


def _mapshaper(folder, *arguments):
    subprocess.run(["mapshaper", *arguments], cwd=folder, check=True, capture_output=True)


def _write(path, level, frame, by_siren):
    features = []
    for code, shape in zip(frame[level], frame.geometry, strict=True):
        properties = {"code": code}
        if level == "epci":
            row = by_siren[code]
            properties = {"siren": code} | {name: row[name] for name in ("nom", "type", "departement", "region")}
        shape = shapely.geometry.mapping(_valid(shape))
        geometry = {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    content = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _valid(shape):
    """Return polygons on the grid of three decimals: rounding alone makes some outlines touch themselves."""
    exact = shapely.set_precision(shapely.make_valid(shape), 0.001)
    parts = [part for piece in shapely.get_parts(exact) for part in shapely.get_parts(piece)]
    parts = [part for part in parts if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _rounded(coordinates):
    if isinstance(coordinates, (list, tuple)):
        return [_rounded(part) for part in coordinates]
    return round(coordinates, 3)
