/// The outlines of a mask along the edges of its pixels: exact, and the only polygons that are.
///
/// Pieces of foreground that touch at a corner only are polygons of their own. COCO's rasteriser takes a pixel whose centre
/// lies inside, so that it makes the same mask again of outer rings less their holes; polygons through the centres of
/// pixels, as OpenCV's `findContours` gives them, lose half a pixel all round.
public struct MaskPolygons: Sendable, Hashable {
    /// A connected piece of foreground.
    public struct Polygon: Sendable, Hashable {
        public let outer: Ring
        public let holes: [Ring]
    }

    /// Rows and columns of the mask.
    public let height: Int
    public let width: Int
    /// From left to right.
    public let polygons: [Polygon]

    /// Finds the outlines of `mask`.
    public init(_ mask: RunLengthMask) {
        let outlines = Outlines(of: ColumnRuns(mask))
        // Each piece has one ring around it.
        var outers: [Ring] = []
        var holes: [[Ring]] = []
        var polygonOfPiece = [Int?](repeating: nil, count: outlines.rings.count)
        for (ring, piece) in zip(outlines.rings, outlines.pieces) where ring.twiceSignedArea > 0 {
            polygonOfPiece[piece] = outers.count
            outers.append(ring)
            holes.append([])
        }
        for (ring, piece) in zip(outlines.rings, outlines.pieces) where ring.twiceSignedArea < 0 {
            if let polygon = polygonOfPiece[piece] { holes[polygon].append(ring) }
        }
        self.init(height: mask.height, width: mask.width, polygons: zip(outers, holes).map(Polygon.init))
    }

    private init(height: Int, width: Int, polygons: [Polygon]) {
        (self.height, self.width, self.polygons) = (height, width, polygons)
    }

    /// The rings of all polygons, each outer one before its holes.
    public var rings: [Ring] { polygons.flatMap { [$0.outer] + $0.holes } }

    /// The outer rings as COCO's annotations list them, `[x0, y0, x1, y1, …]` each. COCO knows no holes.
    public var cocoSegmentation: [[Int]] {
        polygons.map { $0.outer.vertices.flatMap { [Int($0.x), Int($0.y)] } }
    }

    /// The mask that COCO's rasteriser makes of the polygons; what two rings enclose both, as a hole is, counts as outside.
    public var mask: RunLengthMask { RunLengthMask(height: height, width: width, filling: rings) }

    /// Returns polygons with fewer vertices, from which no vertex of these is more than `tolerance` pixels away, and the
    /// intersection over union of their mask and this one's.
    ///
    /// No ring vanishes: one that has no area with that tolerance gets a smaller one. Rings may cross each other.
    public func simplified(tolerance: Double) -> (polygons: MaskPolygons, intersectionOverUnion: Double) {
        let simple = MaskPolygons(
            height: height, width: width,
            polygons: polygons.map { polygon in
                Polygon(
                    outer: polygon.outer.simplified(tolerance: tolerance),
                    holes: polygon.holes.map { $0.simplified(tolerance: tolerance) })
            })
        let (mask, other) = (mask, simple.mask)
        return (simple, mask == other ? 1 : mask.intersectionOverUnion(with: other))
    }
}
