/// Points spread evenly over a square: those of `build_point_grid` of the reference (`utils/amg.py`).
struct PointGrid: Sendable, Equatable {
    let pointsPerSide: Int

    var count: Int { pointsPerSide * pointsPerSide }

    /// Point number `index`, row by row from the top left, as shares of the width and the height.
    subscript(index: Int) -> (x: Double, y: Double) {
        func place(_ step: Int) -> Double { (Double(step) + 0.5) / Double(pointsPerSide) }
        return (place(index % pointsPerSide), place(index / pointsPerSide))
    }
}
