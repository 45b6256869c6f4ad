import Testing

@testable import FoveaImage

@Suite struct MaskPolygonsTests {
    static func mask(_ rows: String...) -> RunLengthMask {
        RunLengthMask(
            height: rows.count, width: rows[0].count, pixels: rows.joined().utf8.map { $0 == UInt8(ascii: "#") ? 1 : 0 }
        )
    }

    @Test("The rasteriser is COCO's, for any ring with whole coordinates")
    func rasteriser() throws {
        let table = try MaskFixtures.table("polygons.tsv")
        #expect(table.count == 150)
        for row in table {
            let (height, width) = (try #require(Int(row[0])), try #require(Int(row[1])))
            let numbers = row[2].split(separator: ",").compactMap { Int($0) }
            let ring = Ring(
                stride(from: 0, to: numbers.count, by: 2).map { Ring.Vertex(x: numbers[$0], y: numbers[$0 + 1]) })
            let mask = RunLengthMask(height: height, width: width, filling: [ring])
            #expect(mask.compressedCounts == row[3], "\(row[2])")
        }
    }

    @Test("Outlines of 300 masks of all kinds: rasterised the same mask, and areas that add up to its pixels")
    func exact() throws {
        for mask in try MaskFixtures.masks() {
            let polygons = MaskPolygons(mask)
            #expect(polygons.mask == mask)
            #expect(polygons.rings.reduce(0) { $0 + $1.signedArea } == Double(mask.area))
            for polygon in polygons.polygons {
                #expect(polygon.outer.signedArea > 0)
                #expect(polygon.holes.allSatisfy { $0.signedArea < 0 })
                // Holes lie inside, and leave something of the polygon.
                let outer = RunLengthMask(height: mask.height, width: mask.width, filling: [polygon.outer])
                let holes = RunLengthMask(height: mask.height, width: mask.width, filling: polygon.holes)
                #expect(outer.intersection(with: holes) == holes.area)
                #expect(
                    outer.area - holes.area == Int(([polygon.outer] + polygon.holes).reduce(0) { $0 + $1.signedArea }))
            }
        }
    }

    @Test("Every vertex of an outline is a corner, and no two rings of a piece share an edge")
    func corners() throws {
        for mask in try MaskFixtures.masks() {
            for ring in MaskPolygons(mask).rings {
                let vertices = ring.vertices
                #expect(vertices.count >= 4)
                for (index, vertex) in vertices.enumerated() {
                    let (last, next) = (
                        vertices[(index + vertices.count - 1) % vertices.count], vertices[(index + 1) % vertices.count]
                    )
                    // One side is level and the other upright.
                    #expect((last.x == vertex.x) != (last.y == vertex.y))
                    #expect((last.x == vertex.x) == (next.y == vertex.y))
                }
            }
        }
    }

    @Test("A square with a hole, and a piece inside of the hole")
    func nested() throws {
        let polygons = MaskPolygons(
            Self.mask(
                "#####",
                "#...#",
                "#.#.#",
                "#...#",
                "#####"))
        #expect(polygons.polygons.count == 2)
        #expect(polygons.polygons.map(\.holes.count) == [1, 0])
        #expect(polygons.cocoSegmentation == [[5, 0, 5, 5, 0, 5, 0, 0], [3, 2, 3, 3, 2, 3, 2, 2]])
        let hole = try #require(polygons.polygons.first?.holes.first)
        #expect(Set(hole.vertices.map { [$0.x, $0.y] }) == [[1, 1], [1, 4], [4, 1], [4, 4]])
    }

    @Test("Pieces that touch at a corner are two, holes that touch at a corner are one")
    func touching() {
        #expect(MaskPolygons(Self.mask("#.", ".#")).polygons.count == 2)
        #expect(MaskPolygons(Self.mask(".#", "#.")).polygons.count == 2)
        for rows in [[".#", "#."], ["#.", ".#"]] {
            let polygons = MaskPolygons(Self.mask("####", "#\(rows[0])#", "#\(rows[1])#", "####"))
            #expect(polygons.polygons.count == 1)
            #expect(polygons.polygons.map(\.holes.count) == [1])
        }
    }

    @Test("Nothing has no polygon, everything has one")
    func extremes() throws {
        let empty = MaskPolygons(try RunLengthMask(height: 4, width: 5, counts: [20]))
        #expect(empty.polygons.isEmpty)
        #expect(empty.simplified(tolerance: 1).intersectionOverUnion == 1)
        let full = MaskPolygons(try RunLengthMask(height: 4, width: 5, counts: [0, 20]))
        #expect(full.cocoSegmentation == [[5, 0, 5, 4, 0, 4, 0, 0]])
    }

    @Test("Simplified: fewer vertices, none left out farther away than asked for, and the overlap that is said")
    func simplified() throws {
        let disc = MaskPolygons(MaskFixtures.disc(height: 120, width: 150, x: 70, y: 60, radius: 50))
        var (vertices, overlap) = (disc.polygons[0].outer.vertices.count, 1.0)
        for tolerance in [0.8, 1.5, 4] {
            let (simple, kept) = disc.simplified(tolerance: tolerance)
            let ring = simple.polygons[0].outer
            #expect(ring.vertices.count < vertices)
            #expect(kept < overlap && kept > 0.85)
            #expect(kept == disc.mask.intersectionOverUnion(with: simple.mask))
            #expect(Set(ring.vertices).isSubset(of: disc.polygons[0].outer.vertices))
            #expect(disc.polygons[0].outer.vertices.allSatisfy { Self.distance($0, to: ring) <= tolerance + 1e-9 })
            (vertices, overlap) = (ring.vertices.count, kept)
        }
        #expect(vertices < 15)
    }

    /// The distance of a vertex from the nearest side of a ring.
    static func distance(_ vertex: Ring.Vertex, to ring: Ring) -> Double {
        zip(ring.vertices, ring.vertices.dropFirst() + ring.vertices.prefix(1)).map { from, to in
            let (dx, dy) = (Double(to.x - from.x), Double(to.y - from.y))
            let (x, y) = (Double(vertex.x - from.x), Double(vertex.y - from.y))
            let along = min(max((x * dx + y * dy) / (dx * dx + dy * dy), 0), 1)
            return ((x - along * dx) * (x - along * dx) + (y - along * dy) * (y - along * dy)).squareRoot()
        }.min() ?? .infinity
    }

    @Test("Tolerance 0 changes nothing; no tolerance makes a ring vanish")
    func noneVanishes() throws {
        for mask in try MaskFixtures.masks() {
            let polygons = MaskPolygons(mask)
            #expect(polygons.simplified(tolerance: 0).polygons == polygons)
            let simple = polygons.simplified(tolerance: 1000).polygons
            #expect(simple.polygons.count == polygons.polygons.count)
            for (ring, original) in zip(simple.rings, polygons.rings) {
                #expect(ring.vertices.count >= 3)
                #expect(ring.signedArea.sign == original.signedArea.sign && ring.signedArea != 0)
            }
        }
    }

    @Test("A comb whose teeth grow, of which the farthest vertex is always next to the end, takes no quadratic time")
    func comb() {
        let ring = Ring((0..<100_000).map { Ring.Vertex(x: $0, y: $0 % 2 * $0) })
        let took = ContinuousClock().measure {
            #expect(ring.simplified(tolerance: 0.5).vertices.count > 99_990)
        }
        #expect(took < .seconds(2))
    }
}
