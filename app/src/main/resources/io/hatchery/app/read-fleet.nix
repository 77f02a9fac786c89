# What hatchery apply reads of a fleet file, as JSON: every option but config as it is, and where each module of config is.
{ fleet, nixpkgs ? null }:
let
  inherit (builtins) concatLists isAttrs isFunction isList isPath isString map mapAttrs attrNames listToAttrs substring;

  lib = if nixpkgs == null then null else import (/. + "${nixpkgs}/lib");
  containers = import ./hatchery-fleet.nix { inherit lib; fleet = /. + fleet; };

  # Null is what nobody has said.
  plain = where: value:
    if isPath value then toString value
    else if isAttrs value && value.type or null == "derivation" then value.outPath
    else if isAttrs value then listToAttrs (concatLists (map
      (name: if value.${name} == null then [ ] else [ { inherit name; value = plain "${where}.${name}" value.${name}; } ])
      (attrNames value)))
    else if isList value then map (plain where) value
    else if isFunction value then throw "${where} is a function, and only config may have those"
    else value;

  # NixOS repeats the mount point, by which they are named here.
  binds = options:
    if options ? bindMounts
    then options // { bindMounts = mapAttrs (name: bind: removeAttrs bind [ "mountPoint" ]) options.bindMounts; }
    else options;

  place = module:
    if isPath module then { path = toString module; }
    else if isString module && substring 0 1 module == "/" then { path = module; }
    else { };
in
mapAttrs
  (name: container: {
    options = plain "containers.${name}" (binds container.options);
    modules = map place container.modules;
  })
  containers
