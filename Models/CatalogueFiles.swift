/// The data files of this folder, as the program carries them: no path to find at run time.
public enum CatalogueFiles {
    /// `catalogue.json`: the models that can be fetched, in UTF-8.
    public static var models: [UInt8] { PackageResources.catalogue_json }

    /// `imagenet-1k.txt`: the ImageNet class names in the order of their synsets, one a line, in UTF-8.
    public static var imageNetLabels: [UInt8] { PackageResources.imagenet_1k_txt }
}
