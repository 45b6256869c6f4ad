// swift-tools-version: 6.1
import PackageDescription

/// Kernels measured one at a time. A package of its own, so that building Fovea needs no benchmark library.
let package = Package(
    name: "fovea-benchmarks",
    dependencies: [
        .package(name: "fovea", path: ".."),
        // Without its traits: they count allocations by way of two more packages.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "KernelBenchmarks",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "FoveaImage", package: "fovea"),
                .product(name: "FoveaTensor", package: "fovea"),
            ],
            path: "Benchmarks/KernelBenchmarks",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
)
