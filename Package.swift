// swift-tools-version: 6.2
import PackageDescription

/// Habits of every target of ours: warnings are errors, imports say what they export.
let swiftSettings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let cSettings: [CSetting] = [.treatAllWarnings(as: .error)]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

func module(
    _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [],
    resources: [Resource]? = nil
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources,
        swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

let package = Package(
    name: "fovea",
    products: [
        .executable(name: "fovea", targets: ["fovea"]),
        .library(name: "FoveaHTTP", targets: ["FoveaHTTP"]),
        .library(name: "FoveaImage", targets: ["FoveaImage"]),
        .library(name: "FoveaTensor", targets: ["FoveaTensor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CSockets"),
        .target(name: "CKernels", cSettings: cSettings),
        .target(name: "CRoofline", cSettings: cSettings),
        .target(name: "CJPEG", cSettings: cSettings, linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CPNG", cSettings: cSettings, linkerSettings: [.linkedLibrary("png")]),

        module("FoveaTensor", ["CKernels", "COpenBLAS"]),
        module("FoveaNN", ["FoveaTensor"]),
        module("FoveaModels", ["FoveaNN", "FoveaTensor"]),
        module("FoveaImage", ["FoveaTensor", "CKernels", "CJPEG", "CPNG"]),
        module("FoveaJSON", []),
        module("FoveaHTTP", ["CSockets", httpTypes, logging]),
        module("FoveaStore", [grdb, logging]),
        module(
            "FoveaCatalogue", [], path: "Models", exclude: ["fovea-sam-lite0", "thundernet-snet49"],
            resources: [
                .embedInCode("catalogue.json"), .embedInCode("imagenet-1k.txt"), .embedInCode("coco-80.txt"),
                .embedInCode("voc-20.txt"),
            ]),
        module(
            "FoveaServing",
            [
                "FoveaCatalogue", "FoveaImage", "FoveaJSON", "FoveaModels", "FoveaNN", "FoveaStore", "FoveaTensor",
                crypto, logging,
            ]),
        module(
            "FoveaBench",
            ["COpenBLAS", "CRoofline", "FoveaJSON", "FoveaModels", "FoveaNN", "FoveaServing", "FoveaTensor"]),
        module(
            "FoveaEvaluation", ["FoveaImage", "FoveaJSON", "FoveaModels", "FoveaServing", "FoveaTensor"]),
        module(
            "FoveaServer",
            [
                "FoveaHTTP", "FoveaImage", "FoveaJSON", "FoveaModels", "FoveaServing", "FoveaStore", "FoveaTensor",
                crypto, httpTypes, logging,
            ],
            resources: [.embedInCode("openapi.yaml")]),
        .executableTarget(
            name: "fovea",
            dependencies: [
                "FoveaBench", "FoveaEvaluation", "FoveaJSON", "FoveaModels", "FoveaNN", "FoveaServer", "FoveaServing",
                "FoveaTensor", argumentParser, logging,
            ],
            swiftSettings: swiftSettings),

        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter", cSettings: cSettings),
        tests("FoveaTensorTests", ["FoveaTensor", "CAllocationCounter"]),
        tests("FoveaNNTests", ["FoveaNN", "FoveaTensor"]),
        tests("FoveaModelsTests", ["FoveaModels", "FoveaNN", "FoveaTensor"]),
        tests("FoveaImageTests", ["FoveaImage", "FoveaTensor"]),
        tests("FoveaJSONTests", ["FoveaJSON"]),
        tests("FoveaHTTPTests", ["FoveaHTTP", "CSockets", httpTypes, logging]),
        tests("FoveaStoreTests", ["FoveaStore", grdb, logging]),
        tests(
            "FoveaServingTests",
            [
                "FoveaServing", "FoveaCatalogue", "FoveaImage", "FoveaJSON", "FoveaModels", "FoveaNN", "FoveaStore",
                "FoveaTensor", logging,
            ]),
        tests(
            "FoveaServerTests",
            [
                "FoveaServer", "FoveaHTTP", "FoveaImage", "FoveaJSON", "FoveaModels", "FoveaNN", "FoveaServing",
                "FoveaStore", "FoveaTensor", httpTypes, logging,
            ]),
        tests("FoveaBenchTests", ["FoveaBench", "FoveaTensor"]),
        tests("FoveaEvaluationTests", ["FoveaEvaluation", "FoveaImage", "FoveaJSON", "FoveaServing"]),
        tests(
            "EndToEndTests", [],
            exclude: [
                "adding-a-model.sh", "daemon.sh", "detect.sh", "evaluate.sh", "training.sh", "expect.sh",
                "http-cases.sh",
                "open-inference.sh",
                "open_inference.py", "open_inference_detect.py", "readme.sh", "schemathesis.sh", "schemathesis.toml",
                "segment.sh", "tiny_detector.py", "tiny_segmenter.py",
            ]),
    ]
)
