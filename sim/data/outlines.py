"""Areas, centres and borders from commune outlines; needs geopandas, and only `prepare` imports this file.

Coordinates are WGS84 degrees; areas and centres are measured in a local projection.
"""

import collections

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

LAMBERT, OVERSEAS = 2154, {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}  # EPSG codes
LLIVIA = shapely.Point(1.975, 42.465)  # a Spanish town inside France: a true hole
# Split from commune 15141 in 2025, after the outlines: they take its centre and its EPCI, and no area.
SPLIT, SPLIT_FROM = ("15031", "15035", "15047", "15171"), "15141"
MISPLACED = 0.02  # degrees: a town hall farther than this from its commune is an error of the source


def commune_outlines(communes: list[dict], pieces: dict[str, list[str]], without: set[str]) -> gpd.GeoDataFrame:
    """Return one row per commune with its outline, from the older outlines (hex WKB) of its parts.

    `without` are communes some of whose parts have no outline of their own: the holes of the map are theirs.
    """
    merged = [_merge([shapely.from_wkb(bytes.fromhex(piece)) for piece in pieces[c["code"]]]) for c in communes]
    frame = gpd.GeoDataFrame(communes, geometry=merged, crs=4326)
    return _fill_holes(frame, without)


def _merge(shapes):
    """Return the union of `shapes` as polygons only; a lone shape is kept as it is."""
    if not shapes:
        return None
    shape = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
    return shapely.MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape


def _polygons(shape):
    if shape is None or shape.geom_type == "MultiPolygon":
        return shape
    parts = shapely.get_parts(shapely.make_valid(shape))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon"])


def _fill_holes(frame, without):
    mainland = frame[(frame.zone == "metro") & frame.geometry.notna()].reset_index(drop=True)
    shapes, codes = mainland.geometry.values, mainland.code
    tree, additions = shapely.STRtree(shapes), collections.defaultdict(list)
    for block in shapely.get_parts(shapely.union_all(shapes)):
        for ring in block.interiors:
            hole = shapely.Polygon(ring)
            if hole.representative_point().distance(LLIVIA) < 0.05 and 11 < _km2(hole) < 15:
                continue
            around = tree.query(hole, predicate="intersects")
            owner, rest = _owner(hole, ring, around, shapes, codes, without), hole
            for i in around:
                rest = shapely.difference(rest, shapes[i])
            additions[owner].append(rest)
    filled = frame.set_index("code")
    for code, holes in additions.items():
        filled.at[code, "geometry"] = shapely.union_all([filled.at[code, "geometry"], *holes])
    filled = filled.reset_index()
    filled["geometry"] = [_polygons(shape) for shape in filled.geometry]
    return gpd.GeoDataFrame(filled, geometry="geometry", crs=4326)


def _owner(hole, ring, around, shapes, codes, without):
    """Return the commune that a hole belongs to: an incomplete one inside it, else the longest border with it."""
    inside = [codes[i] for i in around if codes[i] in without and hole.contains(shapes[i].representative_point())]
    if inside:
        return inside[0]
    large = _km2(hole) > 0.2
    claims = [(codes[i] in without and large, shapely.intersection(shapes[i], ring).length, codes[i]) for i in around]
    return max(claims)[2]


def _km2(polygon):
    return gpd.GeoSeries([polygon], crs=4326).to_crs(LAMBERT).area.iloc[0] / 1e6


def projections(frame):
    """Yield (rows, EPSG code) for the mainland and for each overseas département."""
    yield frame.zone == "metro", LAMBERT
    for departement, code in OVERSEAS.items():
        yield frame.departement == departement, code


def measure(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add km2, lon, lat (centre of the outline), and drop the town halls that are not where they should be."""
    frame = frame.assign(km2=np.nan, lon=np.nan, lat=np.nan)
    for rows, code in projections(frame):
        rows &= frame.geometry.notna()
        flat = frame[rows].to_crs(code)
        centre = gpd.GeoSeries(flat.centroid, crs=code).to_crs(4326)
        frame.loc[rows, "km2"], frame.loc[rows, "lon"], frame.loc[rows, "lat"] = flat.area / 1e6, centre.x, centre.y
    known = frame[frame.lon_mairie.notna() & frame.geometry.notna()]
    away = shapely.distance(gpd.points_from_xy(known.lon_mairie, known.lat_mairie), known.geometry.values)
    frame.loc[known.index[away > MISPLACED], ["lon_mairie", "lat_mairie"]] = np.nan
    lost, parent = frame.code.isin(SPLIT), frame[frame.code == SPLIT_FROM].iloc[0]
    frame.loc[lost, ["lon", "lat"]] = parent.lon, parent.lat
    places = ["lon", "lat", "lon_mairie", "lat_mairie"]
    frame[places] = frame[places].round(5)
    frame["km2"] = frame.km2.round(3)
    return frame


def borders(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs of communes (u, v) that share segments, and the length of their border in km."""
    frame = frame[frame.geometry.notna()].reset_index(drop=True)
    segments = _segments(frame).sort_values(["x1", "y1", "x2", "y2", "owner"], kind="stable")
    twice = segments.groupby(["x1", "y1", "x2", "y2"], sort=False)["owner"].transform("size") == 2
    owner = segments.owner[twice].to_numpy().reshape(-1, 2)
    length = segments.km[twice].to_numpy().reshape(-1, 2)[:, 0]
    pairs = pd.DataFrame({"u": owner[:, 0], "v": owner[:, 1], "km": length})
    pairs = pairs[pairs.u != pairs.v].groupby(["u", "v"], as_index=False).km.sum()
    pairs["u"], pairs["v"] = frame.code.values[pairs.u], frame.code.values[pairs.v]
    return pairs


def _segments(frame):
    """Return every segment of every outline once per outline, ends in a fixed order and in units of 1e-7 degree."""
    polygons, polygon_of = shapely.get_parts(frame.geometry.values, return_index=True)
    rings, ring_of = shapely.get_rings(polygons, return_index=True)
    points, point_of = shapely.get_coordinates(rings, return_index=True)
    owner = polygon_of[ring_of[point_of]]
    same = point_of[:-1] == point_of[1:]
    a, b, owner = points[:-1][same], points[1:][same], owner[:-1][same]
    ka, kb = np.round(a * 1e7).astype(np.int64), np.round(b * 1e7).astype(np.int64)
    swap = ((ka[:, 0] > kb[:, 0]) | ((ka[:, 0] == kb[:, 0]) & (ka[:, 1] > kb[:, 1])))[:, None]
    low, high = np.where(swap, kb, ka), np.where(swap, ka, kb)
    latitude = np.radians((a[:, 1] + b[:, 1]) / 2)
    # 111.32 and 110.95 km: one degree of longitude at the equator, one of latitude in France
    km = np.hypot((a[:, 0] - b[:, 0]) * 111.32 * np.cos(latitude), (a[:, 1] - b[:, 1]) * 110.95)
    ends = {"x1": low[:, 0], "y1": low[:, 1], "x2": high[:, 0], "y2": high[:, 1]}
    return pd.DataFrame({**ends, "owner": owner, "km": km})


def epci_outlines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the outline of each EPCI (index: SIREN)."""
    known = frame[frame.epci.notna() & frame.geometry.notna()]
    return known.dissolve("epci", as_index=True)[["geometry"]]


def epci_areas(shapes: gpd.GeoDataFrame, epci: pd.DataFrame) -> dict[str, float]:
    """Return the area of each EPCI in km2, each in the projection of its département (`zone` 'metro' or not)."""
    areas = {}
    for rows, code in projections(epci):
        areas |= (shapes.loc[epci.index[rows]].to_crs(code).area / 1e6).round(2).to_dict()
    return areas


def nearest(shapes: gpd.GeoDataFrame, here: list[str], there: list[str], epsg: int) -> tuple[float, str, str]:
    """Return (gap in km, one of `here`, one of `there`) for the closest pair of outlines."""
    flat = shapes.loc[[*here, *there]].to_crs(epsg).geometry
    gap, a, b = min((flat[a].distance(flat[b]), a, b) for a in here for b in there)
    return round(gap / 1000, 1), a, b
