# Pins and load checks for programs that load modules. In CMakeLists.txt:
#
#     include(modpin.cmake)
#     modpin_host(app MODULES a b)
#
# app is an executable, a and b are add_library(... MODULE) that are not linked with it. ctest loads every module into the
# program.
cmake_minimum_required(VERSION 3.20)
find_program(MODPIN modpin REQUIRED)

function(modpin_host host)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "MODULES")
    # What the program links may be said later.
    cmake_language(EVAL CODE "cmake_language(DEFER CALL _modpin_host [[${host}]] [[${arg_MODULES}]])")
endfunction()

function(_modpin_host host modules)
    _modpin_archives(${host} archives)
    list(TRANSFORM modules REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE files)
    set(rsp "${CMAKE_CURRENT_BINARY_DIR}/${host}.$<CONFIG>.rsp")
    add_custom_command(
        OUTPUT "${rsp}"
        COMMAND "${MODPIN}" link --output "${rsp}" --module ${files} --archive ${archives}
        DEPENDS ${modules} ${archives}
        COMMENT "Pinning what modules of ${host} need"
        VERBATIM)
    add_custom_target(${host}-pins DEPENDS "${rsp}")
    add_dependencies(${host} ${host}-pins)
    set_property(TARGET ${host} APPEND PROPERTY LINK_DEPENDS "${rsp}")
    target_link_options(${host} PRIVATE "@${rsp}")
    add_test(NAME ${host}-modules COMMAND "${MODPIN}" check-load -q --host $<TARGET_FILE:${host}> ${files})
endfunction()

# The static libraries that a target links, and those that they bring.
function(_modpin_archives host result)
    set(archives "")
    set(seen "")
    set(queue ${host})
    while(queue)
        list(POP_FRONT queue target)
        if(NOT TARGET ${target})
            continue()
        endif()
        get_target_property(aliased ${target} ALIASED_TARGET)
        if(aliased)
            set(target ${aliased})
        endif()
        if(target IN_LIST seen)
            continue()
        endif()
        list(APPEND seen ${target})
        get_target_property(type ${target} TYPE)
        if(type STREQUAL "STATIC_LIBRARY")
            list(APPEND archives "$<TARGET_FILE:${target}>")
        endif()
        foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
            get_target_property(more ${target} ${property})
            if(more)
                # A static library's private libraries stand there as $<LINK_ONLY:...>.
                string(REGEX REPLACE "\\$<LINK_ONLY:([^>]+)>" "\\1" more "${more}")
                list(APPEND queue ${more})
            endif()
        endforeach()
    endwhile()
    set(${result} ${archives} PARENT_SCOPE)
endfunction()
