/// The data files of this folder, as the program carries them: no path to find at run time.
public enum CatalogueFiles {
    /// `catalogue.json`: the models that can be fetched, in UTF-8.
    public static var models: [UInt8] { PackageResources.catalogue_json }

    /// `imagenet-1k.txt`: the ImageNet class names in the order of their synsets, one a line, in UTF-8.
    public static var imageNetLabels: [UInt8] { PackageResources.imagenet_1k_txt }

    /// `coco-80.txt`: the things of COCO in the order of their category ids, one a line, in UTF-8.
    public static var cocoLabels: [UInt8] { PackageResources.coco_80_txt }

    /// `voc-20.txt`: the classes of PASCAL VOC, one a line, in UTF-8.
    public static var vocLabels: [UInt8] { PackageResources.voc_20_txt }
}
