# The containers of a fleet file, each as { options, modules }: what its config is, as a list of NixOS modules, apart from all else.
# fleet is the file; lib that of a nixpkgs, or null where there is none.
{ fleet, lib }:
let
  inherit (builtins) attrValues functionArgs isAttrs isFunction isList mapAttrs removeAttrs;

  value = import fleet;
  isPlain = isAttrs value && !(value ? imports || value ? options || value ? config);
  wantsNothing = isFunction value && builtins.all (optional: optional) (attrValues (functionArgs value));

  modules = lib.mkOptionType {
    name = "NixOS module";
    check = module: true;
    merge = location: definitions: map (definition: definition.value) definitions;
  };

  # As much of the options of NixOS's containers.<name> as it takes to merge them; Hatchery checks them all itself.
  declaration = { lib, ... }: {
    options.containers = lib.mkOption {
      default = { };
      type = lib.types.attrsOf (lib.types.submodule {
        freeformType = lib.types.attrsOf lib.types.anything;
        options.config = lib.mkOption { default = [ ]; type = modules; };
      });
    };
  };

  plain = set: mapAttrs
    (name: container: container // {
      config =
        if !(container ? config) then [ ]
        else if isList container.config then container.config
        else [ container.config ];
    })
    set.containers or (throw "${toString fleet} declares no containers: write { containers.<name> = { … }; }");

  containers =
    if isPlain then plain value
    else if lib != null then (lib.evalModules { modules = [ declaration fleet ]; }).config.containers
    else if wantsNothing then plain (value { })
    else throw "${toString fleet} is a module, which takes a nixpkgs: name one with --nixpkgs";
in
mapAttrs
  (name: container: {
    options = removeAttrs container [ "config" ];
    modules = container.config;
  })
  containers
