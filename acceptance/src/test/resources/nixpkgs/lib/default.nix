# As much of nixpkgs' lib as the tests' modules need: priorities, conditions, merging by type, and errors that name the file.
let
  inherit (builtins)
    all attrNames concatLists concatStringsSep elemAt filter foldl' functionArgs genList hasAttr head intersectAttrs isAttrs
    isBool isFunction isInt isList isString length listToAttrs map mapAttrs tail typeOf;

  isType = kind: value: isAttrs value && (value._type or "") == kind;

  # The values that a definition gives, each with its priority; 100 is that of one which says none.
  values = priority: value:
    if isType "merge" value then concatLists (map (values priority) value.contents)
    else if isType "if" value then (if value.condition then values priority value.content else [ ])
    else if isType "override" value then values value.priority value.content
    else [ { inherit priority value; } ];

  # The same for what a definition says of an option. A condition is looked at only where something depends on it.
  at = path: priority: value:
    if path == [ ] then values priority value
    else if isType "merge" value then concatLists (map (at path priority) value.contents)
    else if isType "if" value then
      let inner = at path priority value.content;
      in if inner == [ ] then [ ] else if value.condition then inner else [ ]
    else if isType "override" value then at path value.priority value.content
    else if isAttrs value && hasAttr (head path) value then at (tail path) priority value.${head path}
    else [ ];

  # Every content of a definition, whatever the conditions.
  contents = value:
    if isType "merge" value then concatLists (map contents value.contents)
    else if isType "if" value || isType "override" value then contents value.content
    else [ value ];

  dotted = concatStringsSep ".";

  one = location: definitions:
    if all (d: d.value == (head definitions).value) definitions then (head definitions).value
    else throw "The option `${dotted location}' has conflicting definition values:${shown definitions}";

  shown = definitions: concatStringsSep "" (map (d: "\n- In `${d.file}': ${builtins.toJSON d.value}") definitions);

  simple = name: check: { inherit name check; merge = one; };

  types = {
    bool = simple "boolean" isBool;
    int = simple "signed integer" isInt;
    str = simple "string" isString;
    anything = simple "anything" (value: true);
    package = simple "package" (value: isString value || isAttrs value);
    nullOr = type: simple "null or ${type.name}" (value: value == null || type.check value);
    oneOf = list: simple "one of several types" (value: builtins.any (type: type.check value) list);
    lines = simple "strings concatenated with \"\\n\"" isString // {
      merge = location: definitions: concatStringsSep "\n" (map (d: d.value) definitions);
    };
    listOf = element: simple "list of ${element.name}" isList // {
      merge = location: definitions: concatLists (map (d: d.value) definitions);
    };
    attrsOf = element: simple "attribute set of ${element.name}" isAttrs // {
      merge = location: definitions:
        let names = attrNames (foldl' (all: d: all // d.value) { } definitions);
        in listToAttrs (map
          (name: {
            inherit name;
            value = resolved (location ++ [ name ]) element (concatLists (map
              (d: map (v: v // { inherit (d) file; }) (at [ name ] 100 d.value))
              definitions));
          })
          names);
    };
    submodule = module: simple "submodule" isAttrs // {
      merge = location: definitions:
        let
          options = module.options or { };
          freeform = if module ? freeformType then foldl' (all: d: all // d.value) { } definitions else { };
          given = name: concatLists (map (d: map (v: v // { inherit (d) file; }) (at [ name ] 100 d.value)) definitions);
        in
        mapAttrs (name: value: resolved (location ++ [ name ]) types.anything (given name)) freeform
        // mapAttrs (name: option: optionValue (location ++ [ name ]) option (given name)) options;
    };
  };

  resolved = location: type: definitions:
    let
      strongest = foldl' (least: d: if d.priority < least then d.priority else least) 9999 definitions;
      winners = filter (d: d.priority == strongest) definitions;
      wrong = filter (d: !(type.check d.value)) winners;
    in
    if wrong != [ ]
    then throw "A definition for option `${dotted location}' is not of type `${type.name}'. Definition values:${shown wrong}"
    else type.merge location winners;

  optionValue = location: option: definitions:
    let given = definitions ++ (if option ? default then [ { priority = 1500; value = option.default; file = "the default"; } ] else [ ]);
    in
    if given == [ ] then throw "The option `${dotted location}' is used but not defined."
    else resolved location (option.type or types.anything) given;

  recursiveUpdate = left: right: left // mapAttrs
    (name: value:
      if isAttrs value && !(isType "option" value) && hasAttr name left then recursiveUpdate left.${name} value else value)
    right;

  evalModules = { modules, specialArgs ? { }, prefix ? [ ] }:
    let
      arguments = { inherit lib options config; } // specialArgs;

      apply = file: module:
        if isFunction module then
          let wanted = functionArgs module;
          in apply file (module (if wanted == { } then arguments else intersectAttrs wanted arguments))
        else
          let
            isLong = module ? config || module ? options;
            from = module._file or file;
          in
          [ {
            file = from;
            options = module.options or { };
            config = if isLong then module.config or { } else removeAttrs module [ "imports" "_file" "options" ];
          } ] ++ load (module.imports or [ ]);

      load = list: concatLists (map
        (module:
          if isFunction module || isAttrs module then apply "<unknown-file>" module
          else apply (toString module) (import module))
        list);

      loaded = load modules;
      options = foldl' (all: m: recursiveUpdate all m.options) { } loaded;

      evaluate = location: tree: mapAttrs
        (name: option:
          let here = location ++ [ name ]; in
          if isType "option" option
          then optionValue (prefix ++ here) option (concatLists (map
            (m: map (v: v // { inherit (m) file; }) (at here 100 m.config))
            loaded))
          else evaluate here option)
        tree;

      unknown = file: location: tree: value: concatLists (map
        (given: concatLists (map
          (name:
            if !(hasAttr name tree)
            then [ "The option `${dotted (prefix ++ location ++ [ name ])}' does not exist. Definition values:\n- In `${file}'" ]
            else if isType "option" tree.${name} then [ ]
            else unknown file (location ++ [ name ]) tree.${name} given.${name})
          (attrNames given)))
        (contents value));

      strange = concatLists (map (m: unknown m.file [ ] options m.config) loaded);
      config = if strange != [ ] then throw (head strange) else evaluate [ ] options;
    in
    { inherit config options; };

  lib = {
    inherit evalModules recursiveUpdate types isType;
    mkOverride = priority: content: { _type = "override"; inherit priority content; };
    mkDefault = lib.mkOverride 1000;
    mkForce = lib.mkOverride 50;
    mkIf = condition: content: { _type = "if"; inherit condition content; };
    mkMerge = contents: { _type = "merge"; inherit contents; };
    mkOptionType = type: type;
    mkOption = attributes: attributes // { _type = "option"; };
    boolToString = value: if value then "true" else "false";
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: list: if condition then list else [ ];
    optionalAttrs = condition: set: if condition then set else { };
    optionalString = condition: text: if condition then text else "";
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
    inherit concatStringsSep;
  };
in
lib
