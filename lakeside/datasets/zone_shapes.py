"""The taxi zones' shapes: from a zipped shapefile in feet to polygons in degrees, simplified for drawing.

Source: TLC "Taxi Zone Shapefile" (taxi_zones.zip), EPSG:2263. Its numbers 56 and 103 stand on several
shapes each, which become one; 57, 104 and 105 then have none, as in the file.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from lakeside.datasets.contract import Column, Kind, Reference
from lakeside.errors import BadFile

if TYPE_CHECKING:
    from pyproj import CRS
    from shapefile import Reader

ZONE_SHAPES = Reference(
    name="zone_shapes",
    title="Taxi zone shapes",
    version=1,
    file="taxi_zones",
    columns=(
        Column("LocationID", Kind.INTEGER, "Number of the TLC taxi zone.", nullable=False),
        Column("Zone", Kind.TEXT, "Name of the zone."),
        Column("Borough", Kind.TEXT, "Borough, `EWR` for Newark Airport."),
        Column(
            "geometry",
            Kind.TEXT,
            "Outline as GeoJSON (RFC 7946): Polygon or MultiPolygon, degrees of WGS84, simplified to 60 m.",
            nullable=False,
        ),
    ),
)

MAXIMUM_PART_BYTES = 50_000_000  # the real .shp has 1.6 MB
MAXIMUM_PARTS = 100
MAXIMUM_SHAPES = 2_000
_TOLERANCE_METRES = 60.0
_METRES_A_DEGREE = 111_320.0
_DECIMALS = 4  # 11 m
_NEEDED = (".shp", ".dbf", ".prj")
_POLYGONS = (5, 15, 25)  # ESRI Shapefile Technical Description: Polygon, PolygonZ, PolygonM
_FIELDS = {"locationid": "LocationID", "zone": "Zone", "borough": "Borough"}
_HINT = "Check LAKESIDE_SOURCES__ZONE_SHAPES_URL; TLC publishes the file as misc/taxi_zones.zip."


def parse_shapes(content: bytes, file: str) -> pa.Table:
    """One row a zone, in the order of their numbers.

    Args:
        content: the zip file. It is never unpacked to disk, and no part of it beyond 50 MB is read.
        file: its URL, for messages.

    Raises:
        BadFile: it is no zip, lacks a part, is too large inside, is no polygon shapefile with the fields
            LocationID, zone and borough, or has no projection that is known; the message says which.
    """
    import shapefile  # late, as all of these: only `ingest zones` needs them
    import shapely
    from pyproj.exceptions import CRSError, ProjError

    parts = _read_parts(content, file)
    try:
        with shapefile.Reader(shp=io.BytesIO(parts[".shp"]), dbf=io.BytesIO(parts[".dbf"])) as reader:
            rows, shapes = _read_rows(reader, file)
        crs = _find_crs(parts[".prj"])
        outlines = _simplify(shapes, crs)
        zones = _join([(*row, shape) for row, shape in zip(rows, outlines, strict=True)])
        return _make_table(zones, crs, file)
    except (CRSError, ProjError) as error:
        raise BadFile(f"{file} has no projection that is known: {str(error)[:200]}", _HINT) from error
    except (shapefile.ShapefileException, shapely.errors.ShapelyError) as error:
        raise BadFile(f"{file} is not a shapefile of zones: {str(error)[:200]}", _HINT) from error
    except (struct.error, ValueError, TypeError, KeyError, IndexError, OSError, OverflowError) as error:
        raise BadFile(f"{file} is damaged: {str(error)[:200]}", _HINT) from error


def _read_parts(content: bytes, file: str) -> dict[str, bytes]:
    """The needed members by their ending; sizes are counted while reading, since a header can lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAXIMUM_PARTS:
                raise BadFile(f"{file} has {len(members):,} parts; taxi zones have about ten.", _HINT)
            return {ending: _read_part(archive, members, ending, file) for ending in _NEEDED}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise BadFile(f"{file} is not a zip file that can be read: {error}", _HINT) from error


def _read_part(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], ending: str, file: str) -> bytes:
    names = [m for m in members if PurePosixPath(m.filename).suffix.lower() == ending and _is_part(m)]
    if len(names) != 1:
        raise BadFile(f"{file} has {len(names) or 'no'} {ending} files, where one is expected.", _HINT)
    with archive.open(names[0]) as part:
        read = part.read(MAXIMUM_PART_BYTES + 1)
    if len(read) > MAXIMUM_PART_BYTES:
        size = MAXIMUM_PART_BYTES // 1_000_000
        raise BadFile(f"{file}: {names[0].filename} has more than {size} MB unpacked.", _HINT)
    return read


def _is_part(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    return not member.is_dir() and "__MACOSX" not in path.parts and not path.name.startswith(".")


def _read_rows(reader: Reader, file: str) -> tuple[list[tuple[int, str, str]], list[Any]]:
    from shapely.geometry import shape

    fields = {str(field[0]).casefold(): str(field[0]) for field in reader.fields}
    missing = [name for key, name in _FIELDS.items() if key not in fields]
    if missing or reader.shapeType not in _POLYGONS:
        what = f"it lacks the field {', '.join(missing)}" if missing else f"it holds {reader.shapeTypeName}"
        raise BadFile(f"{file} is not a shapefile of taxi zones: {what}.", _HINT)
    if not 0 < len(reader) <= MAXIMUM_SHAPES:
        raise BadFile(f"{file} has {len(reader):,} shapes; there are about 260 taxi zones.", _HINT)
    rows, shapes = [], []
    for number, item in enumerate(reader.iterShapeRecords(), start=1):
        values: Mapping[str, Any] = item.record.as_dict()
        location, zone, borough = (values[fields[key]] for key in _FIELDS)
        if not isinstance(location, int) or item.shape.shapeType not in _POLYGONS:
            raise BadFile(f"{file}, shape {number} has no number or no outline.", _HINT)
        rows.append((location, str(zone), str(borough)))
        shapes.append(shape(item.shape.__geo_interface__))
    return rows, shapes


def _find_crs(projection: bytes) -> CRS:
    from pyproj import CRS

    return CRS.from_wkt(projection.decode("utf-8", "replace").strip())


def _simplify(shapes: list[Any], crs: CRS) -> Any:
    """Fewer points, and neighbours still share their borders."""
    import shapely

    unit = crs.axis_info[0].unit_conversion_factor
    tolerance = _TOLERANCE_METRES / (_METRES_A_DEGREE if crs.is_geographic else unit)
    return shapely.coverage_simplify(shapely.coverage_clean(shapely.make_valid(shapes)), tolerance)


def _join(zones: list[tuple[int, str, str, Any]]) -> list[tuple[int, str, str, Any]]:
    """One outline a number; its names are those of its first shape."""
    import shapely

    by_number: dict[int, list[tuple[int, str, str, Any]]] = {}
    for zone in zones:
        by_number.setdefault(zone[0], []).append(zone)
    return [(*same[0][:3], shapely.union_all([z[3] for z in same])) for _, same in sorted(by_number.items())]


def _round(outlines: Any) -> Any:
    """Few decimals, turned as RFC 7946 has it; an outline that would vanish is kept as it is."""
    import shapely

    rounded = shapely.set_precision(outlines, 10.0**-_DECIMALS)
    kept = np.where(shapely.is_empty(rounded), outlines, rounded)
    return shapely.orient_polygons(shapely.transform(kept, lambda points: np.round(points, _DECIMALS)))


def _make_table(zones: list[tuple[int, str, str, Any]], crs: CRS, file: str) -> pa.Table:
    import shapely
    from pyproj import Transformer
    from pyproj.network import set_network_enabled  # type: ignore[attr-defined]

    set_network_enabled(False)  # what ships with it is enough
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def convert(points: Any) -> Any:
        return np.column_stack(to_degrees.transform(points[:, 0], points[:, 1]))

    outlines = _round(shapely.transform([zone[3] for zone in zones], convert))
    west, south, east, north = shapely.total_bounds(outlines)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BadFile(f"{file} does not lie on the earth: its projection does not fit its numbers.", _HINT)
    columns = [*zip(*(zone[:3] for zone in zones), strict=True), [shapely.to_geojson(o) for o in outlines]]
    schema = ZONE_SHAPES.arrow_schema()
    arrays = [pa.array(list(c), f.type) for c, f in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
