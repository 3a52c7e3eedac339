"""The zones' shapefile: degrees, borders that fit, and nothing odd inside."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import shapefile
import shapely

from lakeside.datasets.zone_shapes import MAXIMUM_PART_BYTES, ZONE_SHAPES, parse_shapes
from lakeside.errors import BadFile

FEET = (
    'PROJCS["NAD_1983_StatePlane_New_York_Long_Island_FIPS_3104_Feet",GEOGCS["GCS_North_American_1983",'
    'DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic"],'
    'PARAMETER["False_Easting",984250.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-74.0],'
    'PARAMETER["Standard_Parallel_1",40.66666666666666],PARAMETER["Standard_Parallel_2",41.03333333333333],'
    'PARAMETER["Latitude_Of_Origin",40.16666666666666],UNIT["Foot_US",0.3048006096012192]]'
)
SQUARES = {7: 0, 8: 5_000, 9: 20_000}  # number -> where the square begins, in feet east of the meridian


def zip_shapes(parts: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def make_parts(squares: dict[int, int], number: str = "LocationID") -> dict[str, bytes]:
    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON) as writer:
        writer.field(number, "N", size=4)
        writer.field("zone", "C", size=40)
        writer.field("borough", "C", size=40)
        for zone, x in squares.items():
            west, east, south, north = 984_250 + x, 989_250 + x, 200_000, 205_000
            writer.poly([[(west, south), (west, north), (east, north), (east, south)]])
            writer.record(zone, f"Zone {zone}", "Queens")
    return {"z/z.shp": shp.getvalue(), "z/z.dbf": dbf.getvalue(), "z/z.prj": FEET.encode()}


def test_feet_become_degrees_and_neighbours_share_a_border() -> None:
    table = parse_shapes(zip_shapes(make_parts(SQUARES)), "zones.zip")
    assert table.schema == ZONE_SHAPES.arrow_schema()
    assert table["LocationID"].to_pylist() == [7, 8, 9]
    assert table["Zone"][0].as_py() == "Zone 7"
    first, second, _ = (shapely.from_geojson(text) for text in table["geometry"].to_pylist())
    # EPSG:2263 by pyproj: x = 984,250 ft is the meridian 74 W, y = 200,000 ft lies at 40.7157 N.
    assert first.bounds[:2] == pytest.approx((-74.0, 40.7157), abs=1e-3)
    assert first.bounds[2] == second.bounds[0]
    assert shapely.is_ccw(first.exterior)  # RFC 7946


def test_the_real_file_has_260_zones_in_new_york(shared_data: Path) -> None:
    path = shared_data / "tlc" / "misc" / "taxi_zones.zip"
    table = parse_shapes(path.read_bytes(), path.name)
    numbers = table["LocationID"].to_pylist()
    assert len(numbers) == 260 and {57, 104, 105}.isdisjoint(numbers)
    outlines = shapely.from_geojson(table["geometry"].to_pylist())
    assert bool(shapely.is_valid(outlines).all())
    west, south, east, north = shapely.total_bounds(outlines)
    assert -74.3 < west < -74.2 and 40.4 < south < 40.55 and -73.75 < east < -73.65 and 40.85 < north < 40.95
    assert sum(map(len, table["geometry"].to_pylist())) < 250_000
    names = dict(zip(numbers, table["Zone"].to_pylist(), strict=True))
    assert names[132] == "JFK Airport"
    assert outlines[numbers.index(132)].contains(shapely.Point(-73.78, 40.645))


@pytest.mark.filterwarnings("ignore::UserWarning")  # the library doubts the headers too
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>sorry</html>", "not a zip file"),
        (b"", "not a zip file"),
        (zip_shapes({"a.txt": b"x"}), r"no \.shp files"),
        (zip_shapes(make_parts(SQUARES) | {"other/b.shp": b"x"}), r"2 \.shp files"),
        (
            zip_shapes({k: v for k, v in make_parts(SQUARES).items() if not k.endswith("prj")}),
            r"no \.prj files",
        ),
        (zip_shapes(make_parts(SQUARES) | {"z/z.prj": b"somewhere"}), "no projection that is known"),
        (zip_shapes(make_parts(SQUARES) | {"z/z.shp": b"\0" * 200}), "zones.zip"),
        (zip_shapes(make_parts(SQUARES) | {"z/z.shp": make_parts(SQUARES)["z/z.shp"][:150]}), "zones.zip"),
        (zip_shapes(make_parts(SQUARES) | {"z/z.dbf": b"\x03"}), "zones.zip"),
        (zip_shapes(make_parts(SQUARES, "Number")), "lacks the field LocationID"),
        (zip_shapes(dict.fromkeys((f"{n}.txt" for n in range(101)), b"")), "101 parts"),
    ],
)
def test_odd_content_is_refused_by_name(content: bytes, words: str) -> None:
    with pytest.raises(BadFile, match=words):
        parse_shapes(content, "zones.zip")


def test_what_unpacks_to_too_much_is_not_unpacked_further() -> None:
    bomb = zip_shapes(make_parts(SQUARES) | {"z/z.shp": bytes(MAXIMUM_PART_BYTES + 1)})
    assert len(bomb) < 100_000
    with pytest.raises(BadFile, match="more than 50 MB unpacked"):
        parse_shapes(bomb, "zones.zip")
